import { describe, expect, it } from "vitest";
import { findOperation, operations } from "./index.ts";
import { inputForModels } from "./json-schema.ts";

function shown(name: string, strict: boolean) {
  const operation = findOperation(name);
  if (!operation) throw new Error(`no operation ${name}`);
  return inputForModels(operation.input, { strict });
}

describe("an input as models are shown it", () => {
  it("has no field, and no way to name a task, that is for programs", () => {
    expect(Object.keys(shown("undo_changes", true).properties ?? {})).toEqual(["tasks", "redo", "anyway"]);
    expect(Object.keys(shown("list_changes", true).properties ?? {})).toEqual(["limit"]);
    for (const { input } of operations) {
      expect(JSON.stringify(inputForModels(input, { strict: true }))).not.toMatch(/forPrograms|uuid|cursor/);
    }
  });

  it("asks for every field when it is strict, and otherwise only for those without a default", () => {
    expect(shown("undo_changes", true).required).toEqual(["tasks", "redo", "anyway"]);
    expect(shown("undo_changes", false).required).toEqual([]);
    expect(shown("list_tasks", false).required).toEqual(["status"]);
  });
});

import { limits } from "@todo/contract";
import { describe, expect, it } from "vitest";
import { findOperation } from "./index.ts";

const task = { title: "milk", notes: null, priority: null, tags: null, due: null };
const change = { task: 1, title: null, notes: null, priority: null, tags: null, due: null, clear: null };
const fits = (name: string, value: unknown) => findOperation(name)?.input.safeParse(value).success;

describe("the input of an operation", () => {
  it("fit when they are complete", () => {
    expect(fits("add_tasks", { tasks: [task] })).toBe(true);
    expect(fits("update_tasks", { changes: [change] })).toBe(true);
    expect(fits("complete_tasks", { tasks: [1, 2] })).toBe(true);
    expect(fits("delete_tasks", { tasks: [1], all: null })).toBe(true);
    expect(fits("delete_tasks", { tasks: null, all: "done" })).toBe(true);
  });

  it("name tasks or all of a kind, not both and not neither", () => {
    expect(fits("delete_tasks", { tasks: [1], all: "all" })).toBe(false);
    expect(fits("delete_tasks", { tasks: null, all: null })).toBe(false);
  });

  it("give titles that say something", () => {
    for (const title of ["", "  ", "\n", "a\0b", "\ud800", "x".repeat(limits.titleCharacters + 1)]) {
      expect(fits("add_tasks", { tasks: [{ ...task, title }] }), JSON.stringify(title)).toBe(false);
      expect(fits("update_tasks", { changes: [{ ...change, title }] }), JSON.stringify(title)).toBe(false);
    }
  });

  it("are not empty, not too many, and hold nothing else", () => {
    expect(fits("add_tasks", { tasks: [] })).toBe(false);
    expect(fits("add_tasks", { tasks: Array(limits.run.changes + 1).fill(task) })).toBe(false);
    expect(fits("add_tasks", { tasks: [task], userId: "u" })).toBe(false);
    expect(fits("add_tasks", { tasks: [{ ...task, userId: "u" }] })).toBe(false);
    for (const number of [0, -1, 1.5, "1", null, Number.NaN]) {
      expect(fits("complete_tasks", { tasks: [number] }), `${number}`).toBe(false);
    }
  });
});

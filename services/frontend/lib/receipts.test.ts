import { expect, test } from "vitest";
import { task } from "./_task.ts";
import { fieldChanges, sentenceOf, toolOutputOf } from "./receipts.ts";

const friday = { date: "2026-11-27", time: null, zone: "UTC" };

test.each([
  ["added", "Added #3 Test deployment"],
  ["completed", "Completed #3 Test deployment"],
  ["reopened", "Reopened #3 Test deployment"],
  ["deleted", "Deleted #3 Test deployment"],
  ["restored", "Restored #3 Test deployment"],
] as const)("%s", (kind, sentence) => {
  expect(sentenceOf({ kind, before: kind === "added" ? null : task({ title: "before" }), after: task() })).toBe(
    sentence,
  );
});

test("an update names each field with what was and what is", () => {
  const before = task({ tags: ["ops"], notes: "old" });
  const after = task({ title: "Test it", due: friday, priority: "high", tags: ["ops", "work"] });
  expect(fieldChanges({ kind: "updated", before, after })).toEqual([
    { field: "title", before: "Test deployment", after: "Test it" },
    { field: "due", before: "none", after: expect.stringContaining("2026") },
    { field: "priority", before: "none", after: "high" },
    { field: "tags", before: "#ops", after: "#ops #work" },
    { field: "notes", before: "old", after: "none" },
  ]);
  expect(sentenceOf({ kind: "updated", before, after })).toContain("Changed #3 Test it, title from Test deployment to");
});

test("an update names no field that stayed as it was", () => {
  const kept = { due: friday, tags: ["ops"], notes: "same", priority: "low" } as const;
  const before = task({ ...kept, tags: ["ops"] });
  const after = task({ ...kept, tags: ["ops"], title: "Test it" });
  expect(fieldChanges({ kind: "updated", before, after }).map(({ field }) => field)).toEqual(["title"]);
});

test("takes nothing for a receipt that is none", () => {
  for (const output of [null, undefined, "done", [], {}, { changes: "all" }]) expect(toolOutputOf(output)).toBeNull();
  expect(toolOutputOf({ changes: [] })).toEqual({ changes: [] });
});

import { expect, test } from "vitest";
import { task } from "./_task.ts";
import { undoOf } from "./undo.ts";

const { id } = task();

test.each([
  ["added", { type: "delete", id }],
  ["restored", { type: "delete", id }],
  ["deleted", { type: "restore", id }],
  ["completed", { type: "update", id, patch: { status: "open" } }],
  ["reopened", { type: "update", id, patch: { status: "done" } }],
] as const)("%s is taken back", (kind, action) => {
  expect(undoOf({ kind, before: null, after: task() })).toEqual(action);
});

test("an update sets back what it altered and nothing else", () => {
  const due = { date: "2026-11-27", time: "09:30", zone: "UTC" };
  const before = task({ title: "Old", due, tags: ["a"], notes: "n" });
  const after = task({ title: "New", due: null, tags: ["a"], notes: "n", priority: "low" });
  expect(undoOf({ kind: "updated", before, after })).toEqual({
    type: "update",
    id,
    patch: { title: "Old", due, priority: "none" },
  });
});

test("a due date that was added is taken away again", () => {
  const after = task({ due: { date: "2026-11-27", time: null, zone: "UTC" } });
  expect(undoOf({ kind: "updated", before: task(), after })).toMatchObject({ patch: { due: null } });
});

test("an update that altered nothing has no way back", () => {
  expect(undoOf({ kind: "updated", before: task(), after: task() })).toBeNull();
});

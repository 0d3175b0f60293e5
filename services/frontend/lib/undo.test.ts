import { expect, test } from "vitest";
import { fakeServer } from "./_fake-server.ts";
import { task } from "./_task.ts";
import { undoChange, undoOf } from "./undo.ts";

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

test.each([
  ["title", { title: "Old" }],
  ["notes", { notes: "old" }],
  ["priority", { priority: "high" }],
  ["tags that were dropped", { tags: ["home", "urgent"] }],
  ["status", { status: "done" }],
  ["due date", { due: { date: "2026-11-27", time: null, zone: "UTC" } }],
] as const)("a changed %s comes back as it was", (_, old) => {
  const before = task("tags" in old ? { tags: [...old.tags] } : old);
  expect(undoOf({ kind: "updated", before, after: task() })).toEqual({ type: "update", id, patch: old });
});

test("tags that were added go away again", () => {
  const after = task({ tags: ["home", "urgent"] });
  expect(undoOf({ kind: "updated", before: task({ tags: ["home"] }), after })).toMatchObject({
    patch: { tags: ["home"] },
  });
});

test.each([
  ["added", "DELETE", "", {}],
  ["deleted", "POST", "/restore", {}],
  ["completed", "PATCH", "", { status: "open" }],
] as const)("%s is taken back on the server", async (kind, method, end, body) => {
  const server = fakeServer();
  server.otherwise(() => task());
  await undoChange({ kind, before: null, after: task() });
  expect(server.calls).toMatchObject([{ method, path: `/api/tasks/${id}${end}`, body }]);
});

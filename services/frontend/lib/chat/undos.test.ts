import type { TaskChange } from "@todo/contract";
import { beforeEach, expect, test } from "vitest";
import { type FakeServer, fakeServer, refusal } from "../_fake-server.ts";
import { task } from "../_task.ts";
import { fakeChanges } from "./_fake-changes.ts";
import { createUndoStore, targetOfAnswer, type UndoStore } from "./undos.ts";

let server: FakeServer;
let undos: UndoStore;

beforeEach(() => {
  server = fakeServer();
  undos = createUndoStore("c");
});

const receipts = (count: number) =>
  Array.from({ length: count }, (_, i): TaskChange => ({ kind: "added", before: null, after: task(), event: i + 1 }));
const asked = () => server.callsOf("POST /api/changes/undo").map(({ body }) => body);
const undone = () => [...undos.get().undone.keys()].sort((a, b) => a - b);
const target = (count: number) => {
  const found = targetOfAnswer(undos.get(), "r", receipts(count));
  if (found === null) throw new Error("nothing to do");
  return found;
};

test("a whole answer is one request, and what is undone is what the server says", async () => {
  fakeChanges(server, 306);
  await undos.undo(target(306));
  expect(asked()).toEqual([{ run: "r", anyway: false }]);
  expect(server.callsOf("GET /api/changes").map(({ query }) => query)).toEqual([
    { conversation: "c", undone: "true", limit: "1000" },
  ]);
  expect(undone()).toHaveLength(306);
  expect(undos.get().said).toBe("Undone");
});

test("more than one call takes back is called for until nothing is left, and tells how far it is", async () => {
  fakeChanges(server, 2_500);
  const progress: unknown[] = [];
  undos.subscribe(() => {
    const attempt = undos.get().attempts["run r"];
    if (attempt?.state === "busy" && undos.get().said === "") progress.push(`${attempt.done} of ${attempt.total}`);
  });
  await undos.undo(target(2_500));
  expect(asked()).toHaveLength(3);
  expect([...new Set(progress)]).toEqual(["0 of 2500", "1000 of 2500", "2000 of 2500", "2500 of 2500"]);
  // The server tells them page by page.
  expect(undone()).toHaveLength(2_500);
  expect(server.callsOf("GET /api/changes")).toHaveLength(3);
});

test("changes that are not listed are undone with the answer, and have no redo here", async () => {
  const changes = fakeChanges(server, 2_500);
  const found = targetOfAnswer(undos.get(), "r", receipts(250), 2_250);
  expect(found).toMatchObject({ redo: false, asks: [{ run: "r" }], total: 2_500 });
  // The listed ones are the oldest, so undo comes to them last.
  for (let event = 1_501; event <= 2_500; event++) changes.undone.set(event, event + 5_000);
  await undos.refresh();
  expect(targetOfAnswer(undos.get(), "r", receipts(250), 2_250)).toMatchObject({ redo: false });
  if (found) await undos.undo(found);
  expect(undone()).toHaveLength(2_500);
  expect(targetOfAnswer(undos.get(), "r", receipts(250), 2_250)).toBeNull();
});

test("after a reload it goes on with what is left", async () => {
  const changes = fakeChanges(server, 1_500);
  for (let event = 501; event <= 1_500; event++) changes.undone.set(event, event + 5_000);
  await undos.refresh();
  expect(target(1_500)).toMatchObject({ redo: false, total: 500 });
  await undos.undo(target(1_500));
  expect(asked()).toHaveLength(1);
  expect(target(1_500)).toMatchObject({ redo: true, total: 1_500 });
});

test("a redo takes back the undos, at most a thousand at once", async () => {
  fakeChanges(server, 1_200);
  await undos.undo(target(1_200));
  await undos.undo(target(1_200));
  expect(undone()).toEqual([]);
  expect(undos.get().said).toBe("Done again");
  expect(asked().map(({ changes }) => (Array.isArray(changes) ? changes.length : changes))).toEqual([
    undefined,
    undefined,
    1_000,
    200,
  ]);
  expect(target(1_200).redo).toBe(false);
});

test("what cannot be undone says so, and what was known stays", async () => {
  server.on("POST /api/changes/undo", () => refusal(500, "internal", "Broken."));
  fakeChanges(server, 2).undone.set(1, 9);
  await undos.refresh();
  server.on("POST /api/changes/undo", () => refusal(500, "internal", "Broken."));
  server.on("GET /api/changes", () => refusal(500, "internal", "Broken."));
  await undos.undo(target(3));
  expect(undos.get()).toMatchObject({ attempts: { "run r": { state: "failed", message: "Broken." } }, said: "" });
  expect(undone()).toEqual([1]);
});

test("a press while it is being undone sends nothing more", async () => {
  const answered = Promise.withResolvers();
  server.on("POST /api/changes/undo", () => answered.promise);
  const first = undos.undo(target(2));
  await undos.undo(target(2));
  expect(asked()).toHaveLength(1);
  answered.resolve({ changes: [] });
  await first;
});

test("what went wrong with one is told until the next is wanted", async () => {
  server.on("POST /api/changes/undo", () => refusal(409, "undo_conflict", "Changed since."));
  await undos.undo(target(2));
  expect(undos.get().attempts).toEqual({ "run r": { state: "conflict", details: [] } });
  server.on("POST /api/changes/undo", () => ({ changes: [] }));
  await undos.undo({ key: "change 1", redo: false, asks: [{ changes: [1] }], total: 1 });
  expect(undos.get().attempts).toEqual({ "change 1": { state: "done" } });
});

test("an answer that was overtaken by a later question is dropped", async () => {
  const slow = Promise.withResolvers();
  server.on("GET /api/changes", () => slow.promise);
  const first = undos.refresh();
  server.on("GET /api/changes", () => ({ items: [{ event: 7 }] }));
  await undos.refresh();
  slow.resolve({ items: [] });
  await first;
  expect(undone()).toEqual([7]);
});

test("nobody is told when nothing is new", async () => {
  fakeChanges(server, 2).undone.set(1, 9);
  await undos.refresh();
  const { undone: before } = undos.get();
  await undos.refresh();
  expect(undos.get().undone).toBe(before);
  expect(server.callsOf("GET /api/changes")).toHaveLength(2);
});

test("receipts without a number are undone with their whole answer only", async () => {
  server.on("POST /api/changes/undo", () => ({ changes: [] }));
  const old = receipts(2).map(({ event: _, ...change }) => change);
  const whole = targetOfAnswer(undos.get(), "r", old);
  expect(whole).toMatchObject({ asks: [{ run: "r" }], total: 2 });
  if (whole !== null) await undos.undo(whole);
  expect(targetOfAnswer(undos.get(), "r", old)).toBeNull();
});

test("an answer whose run is not known yet offers nothing", () => {
  expect(targetOfAnswer(undos.get(), null, receipts(2))).toBeNull();
  expect(targetOfAnswer(undos.get(), "r", receipts(1))).toBeNull();
  expect(targetOfAnswer(undos.get(), "r", [])).toBeNull();
});

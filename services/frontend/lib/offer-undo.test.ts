import { beforeEach, expect, test, vi } from "vitest";
import { type FakeServer, fakeServer, refusal } from "./_fake-server.ts";
import { offerUndo } from "./offer-undo.ts";
import { toasts } from "./toasts.ts";

const refresh = vi.fn(async () => {});
let server: FakeServer;

beforeEach(() => {
  server = fakeServer();
  refresh.mockClear();
  offerUndo("Changed #1", { call: "call-of-mine" }, refresh);
});

const toast = () => toasts.get().current;
const press = () => toast()?.action?.run();
const asked = () => server.callsOf("POST /api/changes/undo").map(({ body }) => body);

test("an edit is taken back by the request that made it, and the list is read again", async () => {
  server.on("POST /api/changes/undo", () => ({ changes: [] }));
  expect(toast()).toMatchObject({ message: "Changed #1", action: { label: "Undo" }, stays: false });
  await press();
  expect(asked()).toEqual([{ call: "call-of-mine", anyway: false }]);
  expect(refresh).toHaveBeenCalledOnce();
  expect(toast()).toMatchObject({ message: "Undone", action: undefined });
});

test("where a later change would be lost, one is asked first, for as long as it takes", async () => {
  server.on("POST /api/changes/undo", () => refusal(409, "undo_conflict", "Not undone: due is now tomorrow."));
  await press();
  expect(toast()).toMatchObject({
    message: "Not undone: due is now tomorrow.",
    action: { label: "Undo anyway" },
    stays: true,
  });
  server.on("POST /api/changes/undo", () => ({ changes: [] }));
  await press();
  expect(asked().map(({ anyway }) => anyway)).toEqual([false, true]);
  expect(toast()?.message).toBe("Undone");
});

test("an edit that changed nothing has nothing to undo", async () => {
  server.on("POST /api/changes/undo", () => refusal(404, "not_found", "There is no such change."));
  await press();
  expect(toast()).toMatchObject({ message: "Nothing to undo: it was like that before.", action: undefined });
});

test("an undo that fails is not told as done, and can be tried again", async () => {
  server.on("POST /api/changes/undo", () => refusal(429, "rate_limited", "Too fast."));
  await press();
  expect(toast()).toMatchObject({ message: "Not undone. Too fast.", action: { label: "Try again" } });
  server.on("POST /api/changes/undo", () => ({ changes: [] }));
  await press();
  expect(toast()?.message).toBe("Undone");
});

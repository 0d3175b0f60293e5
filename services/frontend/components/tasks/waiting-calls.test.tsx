// @vitest-environment happy-dom
import { act, screen, waitFor, within } from "@testing-library/react";
import type { PendingApproval } from "@todo/contract";
import { beforeEach, expect, test, vi } from "vitest";
import { type FakeServer, fakeServer, refusal } from "../../lib/_fake-server.ts";
import { task } from "../../lib/_task.ts";
import { toasts } from "../../lib/toasts.ts";
import { createWaitingCallsStore, type WaitingCallsStore } from "../../lib/waiting-calls.ts";
import { show } from "../_page.tsx";
import { WaitingCalls } from "./waiting-calls.tsx";

const milk = task({ id: "m", number: 1, title: "Buy milk" });
const bread = task({ id: "b", number: 2, title: "Buy bread" });
const onDone = vi.fn(async () => {});
const onDecided = vi.fn();
let server: FakeServer;
let waiting: PendingApproval[];
let store: WaitingCallsStore;

function call(id: string, tokenName: string | null = "Backup"): PendingApproval {
  const descriptor = { action: "delete_tasks", tasks: [milk, bread] };
  return { id, descriptor, tokenName, createdAt: "2026-11-20T10:00:00.000Z" };
}

beforeEach(() => {
  for (const mock of [onDone, onDecided]) mock.mockClear();
  toasts.set({ current: null });
  server = fakeServer();
  waiting = [call("p")];
  server.on("GET /api/approvals", () => ({ items: waiting }));
  server.on("POST /api/approvals/*", ({ path, body }) => {
    waiting = waiting.filter(({ id }) => !path.endsWith(id));
    const isDone = body.decision === "approve";
    const changes = [milk, bread].map((before, i) => ({ kind: "deleted", before, after: before, event: 7 + i }));
    return { approval: { id: "p" }, output: { changes: isDone ? changes : [] } };
  });
  store = createWaitingCallsStore(onDone);
});

async function open() {
  const shown = show(<WaitingCalls store={store} onDecided={onDecided} />);
  await act(() => store.refresh());
  return shown;
}

const card = () => within(screen.getByRole("group", { name: "Delete 2 tasks?" }));
const toast = () => toasts.get().current;

test("shows who asks, and exactly which tasks it is about", async () => {
  await open();
  expect(card().getByText("“Backup” asks to delete 2 tasks.")).toBeDefined();
  const list = within(card().getByRole("list", { name: "Tasks to be deleted" }));
  expect(list.getAllByRole("listitem").map((item) => item.textContent)).toEqual(["#1Buy milk", "#2Buy bread"]);
  expect(toast()?.message).toBe("“Backup” asks to delete 2 tasks. It waits for your approval.");
});

test("many tasks are undone by their call, until nothing is left", async () => {
  server.on("POST /api/approvals/*", () => {
    const changes = [{ kind: "deleted", before: milk, after: milk, event: 7 }];
    return { approval: { id: "p" }, output: { changes, changed: 2_500 }, call: "c" };
  });
  const left = [1_500, 500, undefined];
  server.on("POST /api/changes/undo", () => ({ changes: [], left: left.shift() }));
  await open();
  await act(() => store.decide(call("p"), "approve"));
  expect(toast()?.message).toBe("Deleted 2,500 tasks");
  await act(async () => toast()?.action?.run());
  expect(server.callsOf("POST /api/changes/undo").map(({ body }) => body)).toEqual([
    { call: "c", anyway: false },
    { call: "c", anyway: false },
    { call: "c", anyway: false },
  ]);
});

test("is announced once, and one that has no token is a program's", async () => {
  await open();
  toasts.set({ current: null });
  await act(() => store.refresh());
  expect(toast()).toBeNull();
  waiting = [call("q", null), ...waiting];
  await act(() => store.refresh());
  expect(toast()?.message).toBe("A program asks to delete 2 tasks. It waits for your approval.");
});

test("approved, it goes away, and what it did can be undone", async () => {
  const { user } = await open();
  await user.click(screen.getByRole("button", { name: "Approve: delete 2 tasks" }));
  await waitFor(() => expect(screen.queryByRole("group")).toBeNull());
  expect(server.callsOf("POST /api/approvals/p").map(({ body }) => body)).toEqual([{ decision: "approve" }]);
  expect(onDecided).toHaveBeenCalledOnce();
  expect(onDone).toHaveBeenCalledOnce();
  expect(toast()?.message).toBe("Deleted 2 tasks");
  server.on("POST /api/changes/undo", () => ({ changes: [] }));
  await act(async () => toast()?.action?.run());
  expect(server.callsOf("POST /api/changes/undo")[0]?.body).toEqual({ changes: [7, 8], anyway: false });
});

test("rejected, it goes away, and nothing was deleted", async () => {
  const { user } = await open();
  await user.click(screen.getByRole("button", { name: "Reject" }));
  await waitFor(() => expect(screen.queryByRole("group")).toBeNull());
  expect(server.callsOf("POST /api/approvals/p").map(({ body }) => body)).toEqual([{ decision: "reject" }]);
  expect(toast()).toMatchObject({ message: "Rejected. Nothing was deleted.", action: undefined });
});

test("vanishes when it was decided in another tab, before or after one presses", async () => {
  const { user } = await open();
  server.on("POST /api/approvals/p", () => {
    waiting = [];
    return refusal(409, "approval_decided", "This was decided before.");
  });
  await user.click(screen.getByRole("button", { name: "Reject" }));
  await waitFor(() => expect(screen.queryByRole("group")).toBeNull());
  expect(toast()?.message).toBe("This was decided before.");
  waiting = [call("q")];
  await act(() => store.refresh());
  waiting = [];
  await act(() => store.refresh());
  expect(screen.queryByRole("group")).toBeNull();
});

test("a decision that could not be made is told, and the card stays", async () => {
  server.on("POST /api/approvals/p", () => refusal(409, "conflict", "This can't be done any more."));
  const { user } = await open();
  await user.click(screen.getByRole("button", { name: "Approve: delete 2 tasks" }));
  expect((await screen.findByRole("alert")).textContent).toBe("This can't be done any more.");
  expect(card().getByRole("button", { name: "Reject" })).toHaveProperty("disabled", false);
  expect(onDecided).not.toHaveBeenCalled();
});

test("what was known stays when it cannot be read, and an overtaken answer is dropped", async () => {
  await open();
  server.on("GET /api/approvals", () => refusal(500, "internal", "Broken."));
  await act(() => store.refresh());
  expect(card()).toBeDefined();
  const slow = Promise.withResolvers();
  server.on("GET /api/approvals", () => slow.promise);
  const first = store.refresh();
  server.on("GET /api/approvals", () => ({ items: [] }));
  await act(() => store.refresh());
  slow.resolve({ items: waiting });
  await act(() => first);
  expect(screen.queryByRole("group")).toBeNull();
});

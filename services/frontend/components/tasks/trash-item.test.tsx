// @vitest-environment happy-dom
import { act, screen, waitFor } from "@testing-library/react";
import type { Task } from "@todo/contract";
import { beforeEach, expect, test } from "vitest";
import { type FakeServer, fakeServer, refusal } from "../../lib/_fake-server.ts";
import { task } from "../../lib/_task.ts";
import { createTasksStore } from "../../lib/tasks-store.ts";
import { toasts } from "../../lib/toasts.ts";
import { createWaitingCallsStore } from "../../lib/waiting-calls.ts";
import { show } from "../_page.tsx";
import { TaskPanel } from "./task-panel.tsx";

const deletedAt = "2026-11-23T10:00:00.000Z";
const milk = task({ id: "m", number: 1, title: "Buy milk", deletedAt });
const bread = task({ id: "b", number: 2, title: "Buy bread", deletedAt });
let server: FakeServer;
let deleted: Task[];

beforeEach(() => {
  toasts.set({ current: null });
  server = fakeServer();
  deleted = [milk, bread];
  server.on("GET /api/tasks", ({ query }) => ({
    items: query.status === "deleted" ? deleted : [],
    nextCursor: null,
  }));
  server.on("POST /api/tasks/*/restore", ({ path }) => {
    deleted = deleted.filter(({ id }) => !path.includes(`/${id}/`));
    return milk;
  });
});

async function openTrash() {
  const store = createTasksStore();
  await store.refresh();
  const shown = show(<TaskPanel store={store} waiting={createWaitingCallsStore(store.refresh)} />);
  await shown.user.click(screen.getByRole("button", { name: "Trash" }));
  return { ...shown, store };
}

const button = (name: string) => screen.getByRole("button", { name });
const rows = () => screen.queryAllByRole("listitem").map((row) => row.textContent);

test("the trash shows what was deleted, when, and for how long it is kept", async () => {
  await openTrash();
  await waitFor(() =>
    expect(rows()).toEqual([
      expect.stringMatching(/^#1 Buy milkDeleted .*2026.*Restore$/),
      expect.stringMatching(/^#2 Buy bread/),
    ]),
  );
  expect(screen.getByRole("list", { name: "Deleted tasks" })).toBeDefined();
  expect(screen.getByText("Deleted tasks are kept for 30 days.")).toBeDefined();
  expect(screen.queryByRole("checkbox")).toBeNull();
});

test("a restored task leaves the trash, the next one has the focus, and it can be taken back", async () => {
  const { user } = await openTrash();
  await user.click(await screen.findByRole("button", { name: "Restore #1 Buy milk" }));
  await waitFor(() => expect(rows()).toHaveLength(1));
  expect(document.activeElement).toBe(button("Restore #2 Buy bread"));
  await waitFor(() => expect(toasts.get().current?.message).toBe("Restored #1"));
  const [sent] = server.callsOf("POST /api/tasks/m/restore");
  server.on("POST /api/changes/undo", () => ({ changes: [] }));
  await act(async () => toasts.get().current?.action?.run());
  expect(server.callsOf("POST /api/changes/undo")[0]?.body).toEqual({ call: sent?.requestId, anyway: false });

  await user.click(button("Restore #2 Buy bread"));
  expect(await screen.findByText("The trash is empty.")).toBeDefined();
  expect(document.activeElement).toBe(screen.getByRole("list", { name: "Deleted tasks" }));
});

test("a task that could not be restored is still in the trash, and one is told why", async () => {
  server.on("POST /api/tasks/*/restore", () => refusal(429, "rate_limited", "Too fast."));
  const { user } = await openTrash();
  await user.click(await screen.findByRole("button", { name: "Restore #1 Buy milk" }));
  expect(await screen.findByText("Too fast.")).toBeDefined();
  expect(rows()).toHaveLength(2);
  expect(toasts.get().current).toBeNull();
});

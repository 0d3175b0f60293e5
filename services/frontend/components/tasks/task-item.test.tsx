// @vitest-environment happy-dom
import { act, screen, waitFor } from "@testing-library/react";
import type { Task } from "@todo/contract";
import { beforeEach, expect, test } from "vitest";
import { type FakeServer, fakeServer, refusal } from "../../lib/_fake-server.ts";
import { task } from "../../lib/_task.ts";
import { useStore } from "../../lib/store.ts";
import { createTasksStore, type TasksStore } from "../../lib/tasks-store.ts";
import { toasts } from "../../lib/toasts.ts";
import { show } from "../_page.tsx";
import { TaskItem } from "./task-item.tsx";

const milk = task({ id: "m", number: 1, title: "Buy milk" });
const bread = task({ id: "b", number: 2, title: "Buy bread" });
let server: FakeServer;
let store: TasksStore;
/** What the server has stored. */
let stored: Task[];

beforeEach(() => {
  toasts.set({ current: null });
  server = fakeServer();
  stored = [milk, bread];
  server.on("GET /api/tasks", () => ({ items: stored, nextCursor: null }));
  server.on("PATCH /api/tasks/*", ({ path, body }) => {
    stored = stored.map((item) => (path.endsWith(item.id) ? { ...item, ...body } : item));
    return stored.find(({ id }) => path.endsWith(id));
  });
  store = createTasksStore();
});

function List() {
  return useStore(store).items.map((item) => <TaskItem key={item.id} task={item} store={store} />);
}

async function open() {
  await store.refresh();
  return show(
    <ul>
      <List />
    </ul>,
  );
}

const button = (name: string) => screen.getByRole("button", { name });
const check = () => screen.getByRole<HTMLInputElement>("checkbox", { name: "Done: #1 Buy milk" });
const sent = () => server.calls.filter(({ method }) => method !== "GET");
const toast = () => toasts.get().current?.message;
/** Does what the message at the foot of the page offers. */
const press = () => act(async () => toasts.get().current?.action?.run());

test("checking a task off shows at once, is sent, and can be taken back", async () => {
  const answered = Promise.withResolvers();
  const { user } = await open();
  server.on("PATCH /api/tasks/m", () => answered.promise);
  await user.click(check());
  expect(check().checked).toBe(true);
  expect(toast()).toBeUndefined();
  stored = [{ ...milk, status: "done" }, bread];
  answered.resolve(stored[0]);
  await waitFor(() => expect(toast()).toBe("Completed #1"));
  expect(sent()).toMatchObject([{ path: "/api/tasks/m", body: { status: "done" } }]);

  server.on("POST /api/changes/undo", () => {
    stored = [milk, bread];
    return { changes: [] };
  });
  await press();
  expect(sent().at(-1)).toMatchObject({
    path: "/api/changes/undo",
    body: { call: sent()[0]?.requestId, anyway: false },
  });
  expect(check().checked).toBe(false);
  expect(toast()).toBe("Undone");
});

test("reopening a task says so", async () => {
  stored = [{ ...milk, status: "done" }];
  const { user } = await open();
  await user.click(check());
  await waitFor(() => expect(toast()).toBe("Reopened #1"));
  expect(sent().map(({ body }) => body)).toEqual([{ status: "open" }]);
});

test("what could not be checked off is open again, and no way back is offered", async () => {
  const { user } = await open();
  server.on("PATCH /api/tasks/m", () => refusal(429, "rate_limited", "Too fast."));
  await user.click(check());
  await waitFor(() => expect(store.get().problem).toBe("Too fast."));
  expect(check().checked).toBe(false);
  expect(toast()).toBeUndefined();
});

test("a deleted task goes away at once, and can be brought back", async () => {
  const answered = Promise.withResolvers();
  server.on("DELETE /api/tasks/m", () => answered.promise);
  server.on("POST /api/changes/undo", () => {
    stored = [milk, bread];
    return { changes: [] };
  });
  const { user } = await open();
  await user.click(button("Delete #1 Buy milk"));
  expect(screen.queryByText("Buy milk")).toBeNull();
  expect(screen.getByText("Buy bread")).toBeDefined();
  stored = [bread];
  answered.resolve(milk);
  await waitFor(() => expect(toast()).toBe("Deleted #1"));
  await press();
  expect(server.changes()).toEqual(["DELETE /api/tasks/m", "POST /api/changes/undo"]);
  expect(sent()[1]?.body).toEqual({ call: sent()[0]?.requestId, anyway: false });
  expect(screen.getByText("Buy milk")).toBeDefined();
});

test("a task that could not be deleted is there again", async () => {
  server.on("DELETE /api/tasks/m", () => refusal(429, "rate_limited", "Too fast."));
  const { user } = await open();
  await user.click(button("Delete #1 Buy milk"));
  expect(await screen.findByText("Buy milk")).toBeDefined();
  expect(toast()).toBeUndefined();
});

test("a title is edited where it stands", async () => {
  stored = [milk];
  const { user } = await open();
  await user.click(screen.getByTitle("Edit the title"));
  const field = screen.getByRole("textbox", { name: "Title of #1" });
  await user.clear(field);
  await user.type(field, "Buy oat milk{Enter}");
  expect(await screen.findByText("Buy oat milk")).toBeDefined();
  expect(sent()).toMatchObject([{ method: "PATCH", path: "/api/tasks/m", body: { title: "Buy oat milk" } }]);
});

test("a title that one leaves as it was sends nothing", async () => {
  stored = [milk];
  const { user } = await open();
  await user.click(screen.getByTitle("Edit the title"));
  await user.type(screen.getByRole("textbox"), "!{Escape}");
  expect(screen.getByText("Buy milk")).toBeDefined();
  expect(sent()).toEqual([]);
});

test("all fields are edited in its place, and it shows what was saved", async () => {
  const { user } = await open();
  await user.click(button("Edit #1 Buy milk"));
  await user.type(screen.getByRole("textbox", { name: "Notes" }), "Two litres");
  await user.click(button("Save"));
  expect(await screen.findByText("Two litres")).toBeDefined();
  expect(screen.queryByRole("form")).toBeNull();
  expect(sent()).toMatchObject([{ body: { notes: "Two litres" } }]);
});

test("shows when it is due, how urgent it is, its tags and notes", async () => {
  const due = { date: "2020-01-31", time: null, zone: "UTC" };
  stored = [{ ...milk, due, priority: "high", tags: ["home"], notes: "Two litres" }];
  await open();
  const item = screen.getByRole("listitem");
  for (const text of ["Overdue", "due ", "2020", "high priority", "#home", "Two litres"]) {
    expect(item.textContent).toContain(text);
  }
});

test("what is done is not overdue", async () => {
  stored = [{ ...milk, status: "done", due: { date: "2020-01-31", time: null, zone: "UTC" } }];
  await open();
  expect(screen.getByRole("listitem").textContent).not.toContain("Overdue");
});

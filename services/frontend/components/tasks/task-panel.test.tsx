// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import type { Task } from "@todo/contract";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FakeServer, fakeServer, refusal } from "../../lib/_fake-server.ts";
import { task } from "../../lib/_task.ts";
import { createTasksStore, type TasksStore } from "../../lib/tasks-store.ts";
import { createWaitingCallsStore } from "../../lib/waiting-calls.ts";
import { show } from "../_page.tsx";
import { TaskPanel } from "./task-panel.tsx";

let server: FakeServer;
let store: TasksStore;
let stored: Task[];

beforeEach(() => {
  server = fakeServer();
  stored = [task({ id: "m", number: 1, title: "Buy milk" })];
  server.on("GET /api/tasks", () => ({ items: stored, nextCursor: null }));
  store = createTasksStore();
});
afterEach(() => vi.useRealTimers());

async function open() {
  await store.refresh();
  return show(<TaskPanel store={store} waiting={createWaitingCallsStore(store.refresh)} />);
}

const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });
const newTask = () => screen.getByRole<HTMLInputElement>("textbox", { name: "New task" });
const asked = () => server.callsOf("GET /api/tasks").map(({ query }) => query);

test("shows the tasks and how many are open", async () => {
  await open();
  expect(screen.getByText("1 open")).toBeDefined();
  expect(screen.getAllByRole("listitem")).toHaveLength(1);
  expect(screen.queryByRole("button", { name: "Load more" })).toBeNull();
});

test("a task is added by its title", async () => {
  server.on("POST /api/tasks", ({ body }) => {
    const added = task({ id: "n", number: 2, title: String(body.title) });
    stored = [...stored, added];
    return added;
  });
  const { user } = await open();
  await user.type(newTask(), "  Buy bread {Enter}");
  expect(await screen.findByText("Buy bread")).toBeDefined();
  expect(server.callsOf("POST /api/tasks").map(({ body }) => body)).toEqual([{ title: "Buy bread" }]);
  expect(newTask().value).toBe("");
});

test("an empty title adds nothing, nor does a second press the same task twice", async () => {
  const added = Promise.withResolvers();
  server.on("POST /api/tasks", () => added.promise);
  const { user } = await open();
  await user.type(newTask(), "   {Enter}");
  expect(server.callsOf("POST /api/tasks")).toHaveLength(0);
  await user.type(newTask(), "Buy bread{Enter}{Enter}");
  await user.click(button("Add task"));
  expect(server.callsOf("POST /api/tasks")).toHaveLength(1);
  added.resolve(task());
  await waitFor(() => expect(newTask().value).toBe(""));
});

test("a title that could not be added stays, and one is told why", async () => {
  server.on("POST /api/tasks", () => refusal(429, "rate_limited", "Too fast."));
  const { user } = await open();
  await user.type(newTask(), "Buy bread{Enter}");
  expect(await screen.findByText("Too fast.")).toBeDefined();
  expect(newTask().value).toBe("Buy bread");
});

test.each([
  ["Done", "done", "Nothing is done yet."],
  ["All", undefined, "Nothing to do. Add a task above, or ask for one in the chat."],
])("the filter %s asks for those, and says when there are none", async (label, status, none) => {
  const { user } = await open();
  stored = [];
  await user.click(button(label));
  expect(await screen.findByText(none)).toBeDefined();
  expect(asked().map((query) => query.status)).toContain(status);
  expect(button(label).getAttribute("aria-pressed")).toBe("true");
  expect(button("Open").getAttribute("aria-pressed")).toBe("false");
});

test("a search is made once one pauses", async () => {
  await open();
  vi.useFakeTimers();
  const box = screen.getByRole("searchbox", { name: "Search tasks" });
  const { length } = asked();
  stored = [];
  fireEvent.change(box, { target: { value: "mi" } });
  await act(() => vi.advanceTimersByTimeAsync(100));
  fireEvent.change(box, { target: { value: "milk" } });
  await act(() => vi.advanceTimersByTimeAsync(100));
  expect(asked()).toHaveLength(length);
  await act(() => vi.advanceTimersByTimeAsync(1_000));
  expect(asked().flatMap(({ q }) => q ?? [])).toEqual(["milk"]);
  expect(screen.getByText("No task matches.")).toBeDefined();
  fireEvent.change(box, { target: { value: "" } });
  await act(() => vi.advanceTimersByTimeAsync(1_000));
  expect(store.get().search).toBe("");
});

test("more are loaded below", async () => {
  server.on("GET /api/tasks", ({ query }) =>
    query.cursor === "more"
      ? { items: [task({ id: "n", number: 2, title: "Buy bread" })], nextCursor: null }
      : { items: stored, nextCursor: "more" },
  );
  const { user } = await open();
  await user.click(button("Load more"));
  expect(await screen.findByText("Buy bread")).toBeDefined();
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
  expect(screen.queryByRole("button", { name: "Load more" })).toBeNull();
});

test("a list that could not be read says why, and is read at the next try", async () => {
  server.on("GET /api/tasks", () => refusal(500, "internal", "Broken."));
  const { user } = await open();
  expect(screen.getByRole("alert").textContent).toBe("Broken.");
  expect(screen.queryByText(/Nothing to do/)).toBeNull();
  server.on("GET /api/tasks", () => ({ items: stored, nextCursor: null }));
  await user.click(button("Try again"));
  expect(await screen.findByText("Buy milk")).toBeDefined();
  expect(screen.getByRole("alert").textContent).toBe("");
});

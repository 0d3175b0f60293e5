// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import type { Conversation } from "@todo/contract";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { conversation, run } from "../../lib/_conversation.ts";
import { type FakeServer, fakeServer, refusal } from "../../lib/_fake-server.ts";
import { type ConversationsStore, createConversationsStore } from "../../lib/conversations-store.ts";
import { show } from "../_page.tsx";
import { ConversationList } from "./conversation-list.tsx";

let server: FakeServer;
let store: ConversationsStore;
let stored: Conversation[];
const onOpen = vi.fn();
const onDeleted = vi.fn();

beforeEach(() => {
  onOpen.mockClear();
  onDeleted.mockClear();
  server = fakeServer();
  stored = [conversation({ id: "c", title: "Groceries" }), conversation({ id: "d", title: "Holiday" })];
  server.on("GET /api/conversations", () => ({ items: stored, nextCursor: null }));
  store = createConversationsStore();
});
afterEach(() => vi.useRealTimers());

async function open() {
  await store.refresh();
  return show(<ConversationList store={store} currentId="c" onOpen={onOpen} onDeleted={onDeleted} />);
}

const button = (name: string) => screen.getByRole("button", { name });
const link = (name: string) => screen.getByRole("link", { name });
const note = () => screen.getByRole("status").textContent;

test("marks the one that is open, and opens another without leaving the page", async () => {
  const { user } = await open();
  expect(link("Groceries").getAttribute("aria-current")).toBe("page");
  expect(link("Holiday").getAttribute("aria-current")).toBeNull();
  expect(link("Holiday").getAttribute("href")).toBe("/chat/d");
  await user.click(link("Holiday"));
  expect(onOpen).toHaveBeenCalledExactlyOnceWith("d");
});

test.each(["ctrlKey", "metaKey", "shiftKey"])("with %s the browser opens it", async (key) => {
  await open();
  // Nothing is to be opened by the test's browser.
  link("Holiday").addEventListener("click", (event) => event.preventDefault());
  fireEvent.click(link("Holiday"), { [key]: true });
  expect(onOpen).not.toHaveBeenCalled();
});

test("says which are being answered, and which wait", async () => {
  stored = (["running", "queued", "waiting", "done"] as const).map((status) =>
    conversation({ id: status, title: status, run: run(status) }),
  );
  await open();
  expect(screen.getAllByRole("link").map((item) => item.textContent)).toEqual([
    "running, answering",
    "queued, answering",
    "waiting, waits for you",
    "done",
  ]);
});

test("a chat is renamed where it stands", async () => {
  server.on("PATCH /api/conversations/c", ({ body }) => {
    stored = [conversation({ id: "c", title: String(body.title) })];
    return stored[0];
  });
  const { user } = await open();
  await user.click(button("Rename Groceries"));
  const field = screen.getByRole("textbox", { name: "New title of Groceries" });
  await user.clear(field);
  await user.type(field, "Food{Enter}");
  expect(await screen.findByRole("link", { name: "Food" })).toBeDefined();
  expect(server.callsOf("PATCH /api/conversations/c").map(({ body }) => body)).toEqual([{ title: "Food" }]);
});

test("a rename that one gives up sends nothing", async () => {
  const { user } = await open();
  await user.click(button("Rename Groceries"));
  await user.keyboard("Food{Escape}");
  expect(link("Groceries")).toBeDefined();
  expect(server.changes()).toEqual([]);
});

test("a chat is deleted once one has said yes", async () => {
  server.on("DELETE /api/conversations/c", () => {
    stored = stored.slice(1);
    return null;
  });
  const { user } = await open();
  await user.click(button("Delete Groceries"));
  expect(server.changes()).toEqual([]);
  const dialog = screen.getByRole("dialog", { name: "Delete this chat?" });
  expect(dialog.textContent).toContain('"Groceries" and its messages will be gone for good');
  await user.click(within(dialog).getByRole("button", { name: "Delete chat" }));
  await waitFor(() => expect(onDeleted).toHaveBeenCalledExactlyOnceWith("c"));
  expect(screen.queryByRole("link", { name: "Groceries" })).toBeNull();
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("a chat is kept when one says no", async () => {
  const { user } = await open();
  await user.click(button("Delete Groceries"));
  await user.click(button("Cancel"));
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(server.changes()).toEqual([]);
  expect(link("Groceries")).toBeDefined();
});

test("a chat that could not be deleted stays open, and one is told why", async () => {
  server.on("DELETE /api/conversations/c", () => refusal(429, "rate_limited", "Too fast."));
  const { user } = await open();
  await user.click(button("Delete Groceries"));
  await user.click(button("Delete chat"));
  await waitFor(() => expect(note()).toBe("Too fast."));
  expect(onDeleted).not.toHaveBeenCalled();
});

test("a search is made once one pauses, and shows what it found", async () => {
  await open();
  vi.useFakeTimers();
  server.on("GET /api/conversations", ({ query }) => ({
    items: query.q === "milk" ? [] : stored,
    nextCursor: query.q === undefined ? "more" : null,
  }));
  await act(() => store.refresh());
  const box = screen.getByRole("searchbox", { name: "Search conversations" });
  fireEvent.change(box, { target: { value: "mi" } });
  await act(() => vi.advanceTimersByTimeAsync(100));
  fireEvent.change(box, { target: { value: "milk" } });
  await act(() => vi.advanceTimersByTimeAsync(1_000));
  expect(server.calls.flatMap(({ query }) => query.q ?? [])).toEqual(["milk"]);
  expect(note()).toBe("Nothing found.");
  expect(screen.queryAllByRole("link")).toEqual([]);
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  fireEvent.change(box, { target: { value: "" } });
  await act(() => vi.advanceTimersByTimeAsync(10));
  expect(screen.getAllByRole("link")).toHaveLength(2);
});

test("more are loaded below", async () => {
  server.on("GET /api/conversations", ({ query }) => ({
    items: query.cursor === "more" ? [conversation({ id: "e", title: "Old" })] : stored,
    nextCursor: query.cursor === "more" ? null : "more",
  }));
  const { user } = await open();
  await user.click(button("Show more"));
  expect(await screen.findByRole("link", { name: "Old" })).toBeDefined();
  expect(screen.getAllByRole("link")).toHaveLength(3);
});

test("says when there is none yet, but not before it knows", async () => {
  show(<ConversationList store={store} currentId={null} onOpen={onOpen} onDeleted={onDeleted} />);
  expect(note()).toBe("");
  stored = [];
  await act(() => store.refresh());
  expect(note()).toBe("No chats yet.");
});

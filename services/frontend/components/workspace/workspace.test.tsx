// @vitest-environment happy-dom
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { useSyncExternalStore } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answer, conversation, message, run } from "../../lib/_conversation.ts";
import { FakeEventSource, hideTab } from "../../lib/_fake-event-source.ts";
import { type FakeServer, fakeServer } from "../../lib/_fake-server.ts";
import { task } from "../../lib/_task.ts";
import { openedStream, store, wholeStream } from "../../lib/chat/_chat.ts";
import { show } from "../_page.tsx";
import { Workspace } from "./workspace.tsx";

/** Next tells its pages of each `pushState`. */
const listeners = new Set<() => void>();
vi.mock("next/navigation", () => ({
  usePathname: () =>
    useSyncExternalStore(
      (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      () => location.pathname,
    ),
}));

let server: FakeServer;

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  FakeEventSource.install();
  const push = History.prototype.pushState;
  vi.spyOn(window.history, "pushState").mockImplementation((state, unused, url) => {
    push.call(window.history, state, unused, url);
    for (const listener of listeners) listener();
  });
  vi.spyOn(location, "reload").mockReturnValue();
  window.history.replaceState(null, "", "/chat");
  server = fakeServer();
  server.on("GET /api/auth/get-session", () => ({ user: { id: "me" } }));
  server.on("GET /api/tasks", () => ({ items: [task({ number: 1, title: "Buy milk" })], nextCursor: null }));
  server.on("GET /api/conversations", () => ({
    items: [conversation({ id: "c", title: "Groceries" }), conversation({ id: "d", title: "Holiday" })],
    nextCursor: null,
  }));
  store(server, []);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

async function open(path = "/chat") {
  window.history.replaceState(null, "", path);
  const shown = show(<Workspace user={{ id: "me", name: "Ann", email: "ann@example.com" }} />);
  await screen.findByRole("link", { name: "Groceries" });
  return shown;
}

const title = () => screen.getByRole("heading", { level: 1 }).textContent;
const link = (name: string) => screen.getByRole("link", { name });
const button = (name: string) => screen.getByRole("button", { name });
const box = () => screen.getByRole("textbox", { name: "Message" });
const tell = (change: object) => act(async () => FakeEventSource.open[0]?.tells(change));

test("a new chat becomes one of the list with its first message, without leaving the page", async () => {
  server.on("POST /api/conversations", () => null);
  server.on("POST /api/conversations/*/messages", ({ body }) => {
    store(server, [message(String(body.id)), answer("a", "Added.")]);
    return wholeStream("a", "Added.");
  });
  const { user } = await open();
  expect(title()).toBe("New chat");
  await user.type(box(), "add milk{Enter}");
  expect(await screen.findByText("Added.")).toBeDefined();
  const [made] = server.callsOf("POST /api/conversations");
  expect(location.pathname).toBe(`/chat/${made?.body.id}`);
  await user.click(button("New chat"));
  expect(location.pathname).toBe("/chat");
  expect(await screen.findByText("Hello Ann, what needs doing?")).toBeDefined();
});

test("another chat is opened in its place, and what was typed waits in the first", async () => {
  store(server, [answer("a", "Hello.")]);
  const { user } = await open("/chat/c");
  expect(title()).toBe("Groceries");
  await user.type(box(), "half a sen");
  await user.click(link("Holiday"));
  expect(title()).toBe("Holiday");
  expect(box()).toHaveProperty("value", "");
  await user.click(link("Groceries"));
  expect(box()).toHaveProperty("value", "half a sen");
});

test("who has gone elsewhere while their new chat is made stays there", async () => {
  const made = Promise.withResolvers();
  server.on("POST /api/conversations", () => made.promise);
  server.on("POST /api/conversations/*/messages", () => wholeStream("a", "Added."));
  const { user } = await open();
  await user.type(box(), "add milk{Enter}");
  await user.click(link("Holiday"));
  made.resolve(null);
  await waitFor(() => expect(server.callsOf("POST /api/conversations/*/messages")).toHaveLength(1));
  expect(location.pathname).toBe("/chat/d");
});

test("an answer is let go of with its chat, and told anew when one comes back", async () => {
  const stream = "GET /api/conversations/c/stream";
  server.on(stream, () => openedStream("a", "Half an answer"));
  const { user } = await open("/chat/c");
  expect(await screen.findByText("Half an answer")).toBeDefined();
  await user.click(link("Holiday"));
  await user.click(link("Groceries"));
  expect(await screen.findByText("Half an answer")).toBeDefined();
  await waitFor(() => expect(server.callsOf(stream)).toHaveLength(2));
});

test("the server's events tell what to read again, and nothing else", async () => {
  await open();
  const counts = () => [server.callsOf("GET /api/tasks").length, server.callsOf("GET /api/conversations").length];
  await waitFor(() => expect(screen.getByText("Buy milk")).toBeDefined());
  const [tasks = 0, chats = 0] = counts();
  await tell({ tasks: true, conversations: false });
  expect(counts()).toEqual([tasks + 1, chats]);
  await tell({ tasks: false, conversations: true });
  expect(counts()).toEqual([tasks + 1, chats + 1]);
});

test("an answer that another tab asked for is followed here", async () => {
  store(server, [answer("a", "Hello.")]);
  await open("/chat/c");
  expect(await screen.findByText("Hello.")).toBeDefined();
  server.on("GET /api/conversations/c/stream", () => openedStream("a2", "From another tab"));
  server.on("GET /api/conversations", () => ({
    items: [conversation({ id: "c", title: "Groceries", run: run("running", { answerId: "a2" }) })],
    nextCursor: null,
  }));
  await tell({ tasks: false, conversations: true });
  expect(await screen.findByText("From another tab")).toBeDefined();
});

test("one is told while there is no connection", async () => {
  await open();
  act(() => FakeEventSource.open[0]?.breaks({ refused: false }));
  expect(screen.getByText("Connection lost. Reconnecting…")).toBeDefined();
  act(() => FakeEventSource.open[0]?.connects());
  expect(screen.queryByText("Connection lost. Reconnecting…")).toBeNull();
});

test("the open chat that one deletes gives way to a new one, another does not", async () => {
  server.on("DELETE /api/conversations/*", () => null);
  const { user } = await open("/chat/c");
  await user.click(button("Delete Holiday"));
  await user.click(button("Delete chat"));
  await waitFor(() => expect(server.callsOf("DELETE /api/conversations/d")).toHaveLength(1));
  expect(location.pathname).toBe("/chat/c");
  await user.click(button("Delete Groceries"));
  await user.click(button("Delete chat"));
  await waitFor(() => expect(location.pathname).toBe("/chat"));
  expect(title()).toBe("New chat");
});

test("another person in another tab: nothing of this page is theirs", async () => {
  await open();
  expect(location.reload).not.toHaveBeenCalled();
  server.on("GET /api/auth/get-session", () => new Promise(() => {}));
  hideTab(true);
  server.on("GET /api/auth/get-session", () => ({ user: { id: "someone else" } }));
  hideTab(false);
  await waitFor(() => expect(location.reload).toHaveBeenCalledOnce());
});

test("signed out in another tab: the page is loaded anew", async () => {
  server.on("GET /api/auth/get-session", () => null);
  await open();
  await waitFor(() => expect(location.reload).toHaveBeenCalled());
});

test("on a phone the conversations are a drawer, which Escape closes", async () => {
  const { user } = await open();
  await user.click(button("Conversations"));
  const main = screen.getByRole("main", { hidden: true });
  expect(main.hasAttribute("inert")).toBe(true);
  expect(document.activeElement).toBe(button("Close conversations"));
  fireEvent.keyDown(document.body, { key: "Escape" });
  expect(main.hasAttribute("inert")).toBe(false);
  expect(document.activeElement).toBe(button("Conversations"));
  await user.click(button("Conversations"));
  await user.click(link("Holiday"));
  expect(main.hasAttribute("inert")).toBe(false);
});

test("on a phone one sees the chat or the tasks", async () => {
  const { user } = await open();
  const panels = within(screen.getByRole("group", { name: "Panel" }));
  await user.click(panels.getByRole("button", { name: /^Tasks/ }));
  expect(panels.getByRole("button", { name: /^Tasks/ }).getAttribute("aria-pressed")).toBe("true");
  expect(panels.getByRole("button", { name: "Chat" }).getAttribute("aria-pressed")).toBe("false");
  await user.click(link("Holiday"));
  expect(panels.getByRole("button", { name: "Chat" }).getAttribute("aria-pressed")).toBe("true");
});

test("a change that the server carries is shown without a request", async () => {
  await open();
  await act(async () => {});
  server.calls.length = 0;
  const changed = [task({ id: "new", number: 99, title: "Carried here" })];
  await tell({ tasks: true, conversations: false, changed, undone: false });
  expect(await screen.findByText("Carried here")).toBeDefined();
  expect(server.calls).toEqual([]);
});

test("a change of tasks also asks what is undone in the open chat, and what waits for one's approval", async () => {
  await open("/chat/c");
  const asks = ["GET /api/changes", "GET /api/approvals"];
  await waitFor(() => expect(asks.map((route) => server.callsOf(route).length)).toEqual([1, 1]));
  const [first] = server.callsOf("GET /api/changes");
  expect(first?.query.conversation).toBe("c");
  const descriptor = { action: "delete_tasks", tasks: [task({ number: 1, title: "Buy milk" })] };
  const call = { id: "p", descriptor, tokenName: "Backup", createdAt: "2026-11-20T10:00:00.000Z" };
  server.on("GET /api/approvals", () => ({ items: [call] }));
  await tell({ tasks: false, conversations: true });
  expect(asks.map((route) => server.callsOf(route).length)).toEqual([1, 1]);
  await tell({ tasks: true, conversations: false });
  expect(asks.map((route) => server.callsOf(route).length)).toEqual([2, 2]);
  expect(await screen.findByRole("group", { name: "Delete 1 task?" })).toBeDefined();
  expect(screen.getByText("to approve")).toBeDefined();
});

// @vitest-environment happy-dom
import { act, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answer, message } from "../../lib/_conversation.ts";
import { type ChatSession, createChatSession } from "../../lib/chat/session.ts";
import type { ChatState } from "../../lib/chat/state.ts";
import { show } from "../_page.tsx";
import { ChatPanel } from "./chat-panel.tsx";

let session: ChatSession;

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  session = createChatSession({ id: "c", isNew: true });
  for (const name of ["send", "stop", "loadOlder"] as const) vi.spyOn(session, name).mockResolvedValue();
  vi.spyOn(session, "activate").mockReturnValue();
});
afterEach(() => vi.unstubAllGlobals());

function open(state: Partial<ChatState>, { connected = true } = {}) {
  session.store.set(state);
  return show(<ChatPanel session={session} connected={connected} userName="Ann Lee" />);
}

const log = () => screen.getByRole("log");
const statusLine = () => screen.getAllByRole("status")[0]?.textContent;
const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });

test("an empty chat greets, and its examples are sent as they stand", async () => {
  const { user } = open({});
  expect(screen.getByRole("heading").textContent).toBe("Hello Ann, what needs doing?");
  await user.click(button("What's pending?"));
  expect(session.send).toHaveBeenCalledExactlyOnceWith("What's pending?");
});

test("a chat that has begun shows its messages in order", () => {
  open({ messages: [message("u", { parts: [{ type: "text", text: "Hi", state: "done" }] }), answer("a", "Hello.")] });
  expect(
    within(log())
      .getAllByRole("article")
      .map((item) => item.textContent),
  ).toEqual([expect.stringMatching(/^You.*Hi$/), expect.stringMatching(/^Assistant.*Hello\.$/)]);
  expect(screen.queryByRole("button", { name: "Show earlier messages" })).toBeNull();
});

test("earlier messages are asked for", async () => {
  const { user } = open({ messages: [answer("a", "Hello.")], olderCursor: "before-a" });
  await user.click(button("Show earlier messages"));
  expect(session.loadOlder).toHaveBeenCalledOnce();
});

test.each([
  [{ phase: "loading" }, "Loading messages…"],
  [{ phase: "missing" }, "This chat does not exist, or it was deleted."],
  [{ phase: "failed" }, "The messages could not be loaded."],
] as const)("%o is told", (state, text) => {
  open(state);
  expect(log().textContent).toContain(text);
});

test("only the last answer can be tried again", () => {
  const broken = (id: string) =>
    message(id, {
      role: "assistant",
      status: "failed",
      runId: id,
      parts: [{ type: "data-notice", data: { code: "internal", message: "It broke.", retry: true } }],
    });
  open({ messages: [broken("a"), message("u"), broken("b")] });
  expect(screen.getAllByText("It broke.")).toHaveLength(2);
  expect(screen.getAllByRole("button", { name: "Try again" })).toHaveLength(1);
});

test("in a chat that is missing nothing can be written", () => {
  open({ phase: "missing" });
  expect(screen.queryByRole("textbox")).toBeNull();
});

test("messages that could not be loaded are asked for again", async () => {
  const { user } = open({ phase: "failed" });
  await user.click(button("Try again"));
  expect(session.activate).toHaveBeenCalledOnce();
});

test("the assistant thinks until its first word", () => {
  open({ activity: "answering", messages: [message("u")] });
  expect(log().textContent).toContain("The assistant is thinking");
  expect(log().getAttribute("aria-busy")).toBe("true");
  act(() => session.store.set({ answer: { id: "a", parts: [], open: {} } }));
  expect(log().textContent).not.toContain("thinking");
});

test.each([
  [{ reconnecting: true, activity: "sending" }, true, "Not sent yet. Reconnecting…"],
  [{ reconnecting: true, activity: "answering" }, true, "Connection lost. Reconnecting…"],
  [{}, false, "Connection lost. Reconnecting…"],
  [{ stopping: true, activity: "answering" }, true, "Stopping…"],
  [{ messages: [answer("a", "May I?", { status: "waiting" })] }, true, "The assistant waits for your decision."],
  [{ messages: [answer("a", "May I?", { status: "waiting" })], activity: "answering" }, true, ""],
  [{ messages: [answer("a", "Done.")] }, true, ""],
] as [Partial<ChatState>, boolean, string][])("state %#: %o, connected %s", (state, connected, text) => {
  open(state, { connected });
  expect(statusLine()).toBe(text);
});

test("what went wrong is said", () => {
  open({ problem: "Too fast." });
  expect(screen.getAllByRole("alert")[0]?.textContent).toBe("Too fast.");
});

test("Escape stops an answer, but not when it meant something else", () => {
  open({ activity: "answering", messages: [message("u")] });
  const press = () => fireEvent.keyDown(document.body, { key: "Escape" });
  fireEvent.keyDown(document.body, { key: "a" });
  const dialog = document.createElement("dialog");
  dialog.setAttribute("open", "");
  document.body.append(dialog);
  press();
  dialog.remove();
  const prevent = (event: Event) => event.preventDefault();
  document.body.addEventListener("keydown", prevent);
  press();
  document.body.removeEventListener("keydown", prevent);
  expect(session.stop).not.toHaveBeenCalled();
  press();
  expect(session.stop).toHaveBeenCalledOnce();
  act(() => session.store.set({ activity: "idle" }));
  press();
  expect(session.stop).toHaveBeenCalledOnce();
});

test("a growing answer is said by the sentence", () => {
  open({ activity: "answering", messages: [message("u")] });
  const grow = (text: string) =>
    act(() =>
      session.store.set({ answer: { id: "a", parts: [{ type: "text", text, state: "streaming" }], open: {} } }),
    );
  const heard = () => screen.getAllByRole("status").at(-1)?.textContent;
  grow("Added");
  expect(heard()).toBe("");
  grow("Added milk. Any");
  expect(heard()).toBe("Added milk.");
});

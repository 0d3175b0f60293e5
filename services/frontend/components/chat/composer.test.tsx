// @vitest-environment happy-dom
import { createEvent, fireEvent, screen } from "@testing-library/react";
import { limits } from "@todo/contract/limits";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type ChatSession, createChatSession } from "../../lib/chat/session.ts";
import { useStore } from "../../lib/store.ts";
import { show } from "../_page.tsx";
import { Composer } from "./composer.tsx";

let session: ChatSession;
let hasMouse = true;
const box = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
const button = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name });

beforeEach(() => {
  hasMouse = true;
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: query === "(pointer: fine)" && hasMouse }));
  session = createChatSession({ id: "c", isNew: true });
  vi.spyOn(session, "send").mockResolvedValue();
  vi.spyOn(session, "stop").mockResolvedValue();
});
afterEach(() => vi.unstubAllGlobals());

function Subject() {
  return <Composer session={session} state={useStore(session.store)} />;
}

test("Enter sends, Shift and Enter break the line", async () => {
  const { user } = show(<Subject />);
  await user.type(box(), "milk{Shift>}{Enter}{/Shift}bread");
  expect(session.send).not.toHaveBeenCalled();
  await user.type(box(), "{Enter}");
  expect(session.send).toHaveBeenCalledExactlyOnceWith("milk\nbread");
  expect(box().value).toBe("milk\nbread");
});

test("the button sends too", async () => {
  const { user } = show(<Subject />);
  expect(button("Send").disabled).toBe(true);
  await user.type(box(), "milk");
  await user.click(button("Send"));
  expect(session.send).toHaveBeenCalledExactlyOnceWith("milk");
});

test("Enter that ends the composition of a word does not send", () => {
  show(<Subject />);
  fireEvent.change(box(), { target: { value: "とうふ" } });
  const composing = createEvent.keyDown(box(), { key: "Enter", isComposing: true });
  fireEvent(box(), composing);
  fireEvent.keyDown(box(), { key: "Enter", keyCode: 229 });
  expect(session.send).not.toHaveBeenCalled();
  fireEvent.keyDown(box(), { key: "Enter", keyCode: 13 });
  expect(session.send).toHaveBeenCalledExactlyOnceWith("とうふ");
});

test("one is told how much room is left, and by how much it is too long", () => {
  show(<Subject />);
  const write = (length: number) => fireEvent.change(box(), { target: { value: "x".repeat(length) } });
  write(limits.messageCharacters * 0.9);
  expect(screen.queryByRole("status")).toBeNull();
  write(limits.messageCharacters - 5);
  expect(screen.getByRole("status").textContent).toBe("5 characters left.");
  expect(box().getAttribute("aria-describedby")).toBe(screen.getByRole("status").id);
  write(limits.messageCharacters);
  expect(button("Send").disabled).toBe(false);
  expect(box().getAttribute("aria-invalid")).toBeNull();
  write(limits.messageCharacters + 1_234);
  expect(screen.getByRole("status").textContent).toBe("Too long by 1,234 characters.");
  expect(box().getAttribute("aria-invalid")).toBe("true");
  expect(button("Send").disabled).toBe(true);
  fireEvent.keyDown(box(), { key: "Enter" });
  expect(session.send).not.toHaveBeenCalled();
});

test("while an answer is being written, there is a stop instead, and Enter does not send", async () => {
  session.store.set({ activity: "answering", draft: { text: "next", messageId: null } });
  const { user } = show(<Subject />);
  expect(screen.queryByRole("button", { name: "Send" })).toBeNull();
  await user.type(box(), "{Enter}");
  expect(session.send).not.toHaveBeenCalled();
  await user.click(button("Stop"));
  expect(session.stop).toHaveBeenCalledOnce();
});

test("stop is pressed once", () => {
  session.store.set({ activity: "answering", stopping: true });
  show(<Subject />);
  expect(button("Stop").disabled).toBe(true);
});

test("one can type at once, but no keyboard comes up on a touch screen", () => {
  const { unmount } = show(<Subject />);
  expect(document.activeElement).toBe(box());
  unmount();
  hasMouse = false;
  show(<Subject />);
  expect(document.activeElement).not.toBe(box());
});

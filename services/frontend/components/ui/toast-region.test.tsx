// @vitest-environment happy-dom
import { act, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { showToast, toasts } from "../../lib/toasts.ts";
import { show } from "../_page.tsx";
import { ToastRegion } from "./toast-region.tsx";

beforeEach(() => {
  vi.useFakeTimers();
  toasts.set({ current: null });
  show(<ToastRegion />);
});
afterEach(() => vi.useRealTimers());

const region = () => screen.getByRole("status");
const say = (message: string, undo?: () => Promise<unknown>) => act(() => showToast(message, undo));
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const press = (name: string) => act(async () => void fireEvent.click(screen.getByRole("button", { name })));

test("says what was done, and goes away by itself", async () => {
  expect(region().textContent).toBe("");
  say("Completed #1");
  expect(region().textContent).toBe("Completed #1");
  await pass(7_000);
  expect(region().textContent).toBe("Completed #1");
  await pass(2_000);
  expect(region().textContent).toBe("");
});

test("a newer message has its whole time", async () => {
  say("Completed #1");
  await pass(6_000);
  say("Completed #2");
  await pass(6_000);
  expect(region().textContent).toBe("Completed #2");
  await pass(3_000);
  expect(region().textContent).toBe("");
});

test.each([
  ["points at it", fireEvent.pointerEnter, fireEvent.pointerLeave],
  ["is in it", fireEvent.focus, fireEvent.blur],
])("stays while one %s", async (_, enter, leave) => {
  say("Completed #1");
  enter(region());
  await pass(20_000);
  expect(region().textContent).toBe("Completed #1");
  leave(region());
  await pass(9_000);
  expect(region().textContent).toBe("");
});

test("a message that comes where the pointer still is goes away, too", async () => {
  say("Completed #1");
  fireEvent.pointerEnter(region());
  say("Completed #2");
  await pass(9_000);
  expect(region().textContent).toBe("");
});

test("is dismissed", async () => {
  say("Completed #1");
  await press("Dismiss");
  expect(region().textContent).toBe("");
});

test("undo is offered where there is a way back, made once, and told", async () => {
  say("Signed in");
  expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
  const undo = vi.fn(async (): Promise<unknown> => "made");
  say("Completed #1", undo);
  await press("Undo");
  expect(undo).toHaveBeenCalledOnce();
  expect(region().textContent).toBe("Undone");
  await pass(9_000);
  expect(region().textContent).toBe("");
});

test("an undo that fails is not told as done", async () => {
  say("Completed #1", async () => null);
  await press("Undo");
  expect(region().textContent).toBe("");
});

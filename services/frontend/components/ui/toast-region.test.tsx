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
const say = (...toast: Parameters<typeof showToast>) => act(() => showToast(...toast));
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

test("what can be done about it is offered, once", async () => {
  say("Signed in");
  expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
  const run = vi.fn(async () => showToast("Undone"));
  say("Completed #1", { label: "Undo", run });
  await press("Undo");
  expect(run).toHaveBeenCalledOnce();
  expect(region().textContent).toBe("Undone");
  await pass(9_000);
  expect(region().textContent).toBe("");
});

test("a question waits until it is answered or dismissed", async () => {
  const run = vi.fn(async () => {});
  say("Changed since", { label: "Undo anyway", run }, { stays: true });
  await pass(60_000);
  expect(region().textContent).toBe("Changed sinceUndo anyway");
  await press("Dismiss");
  expect(region().textContent).toBe("");
  expect(run).not.toHaveBeenCalled();
});

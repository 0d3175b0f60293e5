import { beforeEach, expect, test } from "vitest";
import { dismissToast, showToast, toasts } from "./toasts.ts";

beforeEach(() => toasts.set({ current: null }));

test("a newer message takes the place of an older one", () => {
  showToast("one", { label: "Undo", run: async () => {} }, { stays: true });
  showToast("two");
  expect(toasts.get().current).toEqual({ id: expect.any(Number), message: "two", stays: false });
});

test("what dismisses the older one leaves the newer", () => {
  showToast("one");
  const first = toasts.get().current?.id ?? 0;
  showToast("two");
  dismissToast(first);
  expect(toasts.get().current?.message).toBe("two");
  dismissToast(toasts.get().current?.id ?? 0);
  expect(toasts.get().current).toBeNull();
});

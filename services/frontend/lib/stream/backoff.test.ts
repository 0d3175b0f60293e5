// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { sleep, withRetry } from "./backoff.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Whether the promise has settled by now, and how. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  const settled = promise.then(
    () => "done",
    (error) => `failed: ${error.message}`,
  );
  await vi.advanceTimersByTimeAsync(0);
  return Promise.race([settled, Promise.resolve("waits")]);
}

test("waits as long as it was told", async () => {
  const sleeping = sleep(5_000, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(4_999);
  expect(await stateOf(sleeping)).toBe("waits");
  await vi.advanceTimersByTimeAsync(1);
  expect(await stateOf(sleeping)).toBe("done");
});

test("tries at once when the browser is online again", async () => {
  const sleeping = sleep(5_000, new AbortController().signal);
  window.dispatchEvent(new Event("online"));
  expect(await stateOf(sleeping)).toBe("done");
  expect(vi.getTimerCount()).toBe(0);
});

test("ends when it is aborted, and never begins when it was before", async () => {
  const abort = new AbortController();
  const sleeping = sleep(5_000, abort.signal);
  const state = stateOf(sleeping);
  abort.abort(new Error("left"));
  expect(await state).toBe("failed: left");
  expect(vi.getTimerCount()).toBe(0);
  expect(await stateOf(sleep(5_000, abort.signal))).toBe("failed: left");
});

test("tries again what may pass, tells each failure, and gives up what will not", async () => {
  const onFailure = vi.fn();
  const attempt = vi.fn(async () => "made");
  attempt.mockRejectedValueOnce(new Error("away")).mockRejectedValueOnce(new Error("away"));
  const options = {
    signal: new AbortController().signal,
    isTransient: (error: unknown) => error instanceof Error && error.message === "away",
    onFailure,
  };
  const trying = withRetry(attempt, options);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await trying).toBe("made");
  expect(onFailure).toHaveBeenCalledTimes(2);
  attempt.mockRejectedValueOnce(new Error("no"));
  await expect(withRetry(attempt, options)).rejects.toThrow("no");
});

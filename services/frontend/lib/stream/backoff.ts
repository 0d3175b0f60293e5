/**
 * How long to wait before try `failures + 1`: 0.3 s, growing by half to 8 s, and spread so that tabs do not come all at
 * once. A server that is started anew is back after two or three seconds, which must not become five.
 */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const longest = Math.min(8_000, 300 * 1.5 ** failures);
  return longest * (0.5 + random() / 2);
}

/** Waits; ends early when the browser comes online again. Throws when aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const timer = setTimeout(wake, ms);
    const target = typeof window === "undefined" ? null : window;
    function leave(): void {
      clearTimeout(timer);
      target?.removeEventListener("online", wake);
      signal.removeEventListener("abort", abort);
    }
    function wake(): void {
      leave();
      resolve();
    }
    function abort(): void {
      leave();
      reject(signal.reason);
    }
    target?.addEventListener("online", wake);
    signal.addEventListener("abort", abort);
  });
}

export type RetryOptions = {
  signal: AbortSignal;
  isTransient: (error: unknown) => boolean;
  onFailure?: () => void;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** Tries until it succeeds or fails for good. */
export async function withRetry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const wait = options.wait ?? sleep;
  for (let failures = 0; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (options.signal.aborted || !options.isTransient(error)) throw error;
      options.onFailure?.();
      await wait(backoffMs(failures), options.signal);
    }
  }
}

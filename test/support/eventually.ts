import { setTimeout as delay } from "node:timers/promises";

/** How long to look, and how often. */
export type Patience = { timeoutMs?: number; everyMs?: number };

/**
 * Looks again and again until `look` gives something else than undefined or false, and gives that. Fails with `what` when
 * the time is over, or with what `look` throws.
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  { timeoutMs = 20_000, everyMs = 20 }: Patience = {},
): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`did not happen within ${timeoutMs / 1_000} s: ${what}`);
    await delay(everyMs);
  }
}

/** What a program that was started looks like from here. */
type Started = { exitCode: number | null };

/**
 * Waits until an address answers with this status, and gives the answer; its body is not read yet. Fails when the program
 * that is to answer ends before, if it is given.
 */
export function untilItAnswers(
  url: string,
  status = 200,
  { child, ...patience }: Patience & { child?: Started } = {},
): Promise<Response> {
  const look = async () => {
    if (typeof child?.exitCode === "number") throw new Error(`the program at ${url} ended with code ${child.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.status === status) return response;
    await response?.body?.cancel();
    return undefined;
  };
  return eventually(`${url} answers ${status}`, look, patience);
}

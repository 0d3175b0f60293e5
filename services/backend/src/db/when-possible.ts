import { setTimeout as sleep } from "node:timers/promises";
import { MissingRight } from "./migrate.ts";
import { unavailableReason } from "./unavailable.ts";

const PAUSE_MS = 1_000;
const REMINDER_MS = 10_000;

export type WaitOptions = {
  /** Which database, in words. */
  place: string;
  /** Told a line when waiting begins, for each new reason, every 10 s, and when it is over. */
  say: (line: string) => void;
  /** For tests: the time in milliseconds, and how to let some of it pass. */
  now?: () => number;
  pause?: (ms: number) => Promise<unknown>;
};

/**
 * Does `attempt`, again and again while the database can't be used for a reason that is cured outside of this process
 * (away, starting up, unknown host, wrong password, missing database or right): an init container that gave up instead
 * would be started again, ever more rarely, and what is cured meanwhile would be noticed late. Gives what it gives.
 * @throws what `attempt` throws otherwise
 */
export async function whenPossible<T>(attempt: () => Promise<T>, options: WaitOptions): Promise<T> {
  const { place, say, now = () => performance.now(), pause = sleep } = options;
  const began = now();
  const passed = () => Math.round((now() - began) / 1_000);
  let waiting: { reason: string; told: number } | undefined;
  for (;;) {
    try {
      const result = await attempt();
      if (waiting) say(`The database at ${place} is there after ${passed()} s.`);
      return result;
    } catch (error) {
      const reason = error instanceof MissingRight ? error.message : unavailableReason(error);
      if (!reason) throw error;
      if (reason !== waiting?.reason) {
        say(`Waiting for the database at ${place}: ${reason}.`);
        waiting = { reason, told: now() };
      } else if (now() - waiting.told >= REMINDER_MS) {
        say(`Still waiting for the database at ${place} after ${passed()} s: ${reason}.`);
        waiting.told = now();
      }
    }
    await pause(PAUSE_MS);
  }
}

import { setTimeout as delay } from "node:timers/promises";
import type { Running } from "./service.ts";
import { errorMessage } from "./user-error.mjs";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** After this long without a fault, the faults before are forgotten. */
const CALM_MS = 60_000;

export type Supervised = { stop: () => Promise<void>; kill: () => Promise<void> };

export type SuperviseOptions = {
  name: string;
  launch: () => Promise<Running>;
  say: (line: string) => void;
  /** For tests. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
};

/**
 * Starts something and starts it again whenever it ends by itself, each time after a longer pause, up to 30 s. A fault at
 * the first start is the caller's to see.
 */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { name, launch, say, pause = (ms, signal) => delay(ms, undefined, { signal }) } = options;
  let current = await launch();
  const stopping = new AbortController();
  const { signal } = stopping;

  /** Waits, then starts it; undefined when that failed, or is not wanted any more. */
  const relaunch = async (reason: string, faults: number): Promise<{ next?: Running; reason: string }> => {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (faults - 1), LONGEST_PAUSE_MS);
    const log = faults > 1 ? "; its log is in the data folder, under logs" : "";
    say(`The ${name} ended (${reason}). Starting it again in ${(pauseMs / 1000).toFixed(1)} s${log}.`);
    try {
      await pause(pauseMs, signal);
      const next = await launch();
      if (!signal.aborted) say(`The ${name} runs again.`);
      return { next, reason };
    } catch (error) {
      return { reason: errorMessage(error) };
    }
  };
  const watch = async () => {
    for (let faults = 0; ; ) {
      const start = Date.now();
      let reason = await current.ended;
      if (Date.now() - start > CALM_MS) faults = 0;
      for (let next: Running | undefined; !next; ) {
        if (signal.aborted) return;
        faults += 1;
        ({ next, reason } = await relaunch(reason, faults));
        current = next ?? current;
      }
      if (signal.aborted) await current.stop();
    }
  };

  const watching = watch();
  const end = (way: "stop" | "kill") => async () => {
    stopping.abort();
    await current[way]();
    await watching;
  };
  return { stop: end("stop"), kill: end("kill") };
}

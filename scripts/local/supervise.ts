import { setTimeout as delay } from "node:timers/promises";
import type { Running } from "./service.ts";
import { errorMessage, UserError } from "./user-error.mjs";

const RESTARTS = 5;
/** After this long without a fault, the faults before are forgotten. */
const CALM_MS = 60_000;

export type Supervised = { stop: () => Promise<void>; kill: () => Promise<void> };

export type SuperviseOptions = {
  name: string;
  launch: () => Promise<Running>;
  say: (line: string) => void;
  /** Called once when it keeps ending. */
  giveUp: (error: Error) => void;
  firstPauseMs?: number;
};

/**
 * Starts something and starts it again when it ends by itself, each time after a longer pause, a few times. A fault at
 * the first start is the caller's to see.
 */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  const { name, launch, say, giveUp, firstPauseMs = 500 } = options;
  let current = await launch();
  let stopping = false;

  const relaunch = async (how: string, faults: number): Promise<Running | undefined> => {
    let reason = how;
    for (let attempt = faults; attempt <= RESTARTS; attempt += 1) {
      say(`The ${name} ended (${reason}). Starting it again, attempt ${attempt} of ${RESTARTS}.`);
      await delay(firstPauseMs * 2 ** (attempt - 1));
      if (stopping) return undefined;
      try {
        const next = await launch();
        if (!stopping) say(`The ${name} runs again.`);
        return next;
      } catch (error) {
        reason = errorMessage(error);
      }
    }
    giveUp(new UserError(`the ${name} keeps ending (${reason}): its log is in the data folder, under logs`));
    return undefined;
  };
  const watch = async () => {
    for (let faults = 0; ; ) {
      const start = Date.now();
      const how = await current.ended;
      if (stopping) return;
      faults = Date.now() - start > CALM_MS ? 1 : faults + 1;
      const next = await relaunch(how, faults);
      if (!next) return;
      current = next;
      if (stopping) await current.stop();
    }
  };

  const watching = watch();
  const end = (way: "stop" | "kill") => async () => {
    stopping = true;
    await current[way]();
    await watching;
  };
  return { stop: end("stop"), kill: end("kill") };
}

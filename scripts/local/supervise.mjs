import { setTimeout as delay } from "node:timers/promises";
import { errorMessage, UserError } from "./user-error.mjs";

const RESTARTS = 5;
const FIRST_PAUSE_MS = 500;
/** After this long without a fault, the faults before are forgotten. */
const CALM_MS = 60_000;

/**
 * @typedef {object} Supervised
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} kill
 *
 * @typedef {object} SuperviseOptions
 * @property {string} name
 * @property {() => Promise<import("./service.mjs").Running>} launch
 * @property {(line: string) => void} say
 * @property {(error: Error) => void} giveUp called once when it keeps ending
 * @property {number} [firstPauseMs]
 */

/**
 * Starts something and starts it again when it ends by itself, each time after a longer pause, a few times. A fault at
 * the first start is the caller's to see.
 * @param {SuperviseOptions} options
 * @returns {Promise<Supervised>}
 */
export async function supervise({ name, launch, say, giveUp, firstPauseMs = FIRST_PAUSE_MS }) {
  let current = await launch();
  let stopping = false;

  const watch = async () => {
    let faults = 0;
    while (true) {
      const start = Date.now();
      const how = await current.ended;
      if (stopping) {
        return;
      }
      faults = Date.now() - start > CALM_MS ? 1 : faults + 1;
      const next = await relaunch(how, faults);
      if (!next) {
        return;
      }
      current = next;
    }
  };

  const relaunch = async (/** @type {string} */ how, /** @type {number} */ faults) => {
    let reason = how;
    for (let attempt = faults; attempt <= RESTARTS; attempt += 1) {
      const pause = firstPauseMs * 2 ** (attempt - 1);
      say(`The ${name} ended (${reason}). Starting it again, attempt ${attempt} of ${RESTARTS}.`);
      await delay(pause);
      if (stopping) {
        return undefined;
      }
      try {
        const next = await launch();
        if (stopping) {
          await next.stop();
          return undefined;
        }
        say(`The ${name} runs again.`);
        return next;
      } catch (error) {
        reason = errorMessage(error);
      }
    }
    giveUp(new UserError(`the ${name} keeps ending (${reason}): its log is in the data folder, under logs`));
    return undefined;
  };

  const watching = watch();
  const end = (/** @type {"stop" | "kill"} */ way) => async () => {
    stopping = true;
    await current[way]();
    await watching;
  };
  return { stop: end("stop"), kill: end("kill") };
}

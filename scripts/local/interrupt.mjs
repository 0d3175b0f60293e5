import { EventEmitter } from "node:events";

/** One Ctrl-C reaches us more than once: from the terminal, and passed on by npm and by the first stage. */
const SAME_KEYPRESS_MS = 600;
const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** Why work was given up: the user asked. */
export class Interrupted extends Error {
  /** @override */
  name = "Interrupted";
}

/**
 * Listens for the wish to stop. The first one aborts the signal, a second one (pressed again) calls `onForce`. A parent
 * that dies counts as the first.
 * @param {{ onForce: () => void }} handlers
 * @returns {{ signal: AbortSignal, requested: Promise<void> }}
 */
export function listenForStop({ onForce }) {
  const controller = new AbortController();
  // Each long step listens to it; their number is no leak.
  EventEmitter.setMaxListeners(0, controller.signal);
  let first = 0;
  /** @type {() => void} */
  let resolve = () => {};
  const requested = new Promise((/** @type {(value: void) => void} */ done) => {
    resolve = done;
  });
  const stop = () => {
    if (first === 0) {
      first = Date.now();
      controller.abort(new Interrupted("stopped by the user"));
      resolve();
    } else if (Date.now() - first > SAME_KEYPRESS_MS) {
      onForce();
    }
  };
  for (const name of SIGNALS) {
    process.on(name, stop);
  }
  process.on("disconnect", () => {
    if (first === 0) {
      stop();
    }
  });
  return { signal: controller.signal, requested };
}

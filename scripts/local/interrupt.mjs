import { EventEmitter } from "node:events";

/** The exit code of what the user stopped. */
export const INTERRUPTED = 130;
/** One Ctrl-C reaches us more than once: from the terminal, and passed on by npm and by the first stage. */
const SAME_KEYPRESS_MS = 600;

/** Why work was given up: the user asked. */
export class Interrupted extends Error {
  /** @override */
  name = "Interrupted";
}

/**
 * Listens for the wish to stop. The first one aborts the signal, a second one (pressed again) calls `onForce`. A parent
 * that dies counts as the first.
 * @param {{ onForce: () => void }} handlers
 * @returns {{ signal: AbortSignal }}
 */
export function listenForStop({ onForce }) {
  const controller = new AbortController();
  const { signal } = controller;
  // Each long step listens to it; their number is no leak.
  EventEmitter.setMaxListeners(0, signal);
  let first = 0;
  const stop = () => {
    if (first !== 0) {
      if (Date.now() - first > SAME_KEYPRESS_MS) onForce();
      return;
    }
    first = Date.now();
    controller.abort(new Interrupted("stopped by the user"));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, stop);
  process.on("disconnect", () => first === 0 && stop());
  return { signal };
}

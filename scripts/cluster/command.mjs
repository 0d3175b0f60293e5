import { Interrupted, listenForStop } from "../local/interrupt.mjs";
import { printError } from "../local/user-error.mjs";
import { forceEnd } from "./pulumi.mjs";

const INTERRUPTED = 130;

/**
 * What all commands here have in common: one Ctrl-C ends the work in order, a second one at once, a fault is one line.
 * @param {(signal: AbortSignal) => Promise<void>} work
 * @param {{ onStop?: string, stoppedCode?: number }} [options] what to say when the user stopped it, and its exit code
 */
export async function runCommand(work, { onStop = "Stopped.", stoppedCode = INTERRUPTED } = {}) {
  const { signal } = listenForStop({
    onForce: () => {
      forceEnd();
      process.exit(INTERRUPTED);
    },
  });
  try {
    await work(signal);
  } catch (error) {
    if (error instanceof Interrupted || signal.aborted) {
      console.error(onStop);
      process.exitCode = stoppedCode;
    } else {
      printError(error);
      process.exitCode = 1;
    }
  }
  // The listeners for signals and for the parent's end would keep this process.
  process.exit();
}

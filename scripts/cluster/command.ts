import { INTERRUPTED, Interrupted, listenForStop } from "../local/interrupt.mjs";
import { printError } from "../local/user-error.mjs";
import { forceEnd } from "./pulumi.ts";

/**
 * What all commands here have in common: one Ctrl-C ends the work in order, a second one at once, a fault is one line.
 * @param options what to say when the user stopped it, and its exit code
 */
export async function runCommand(
  work: (signal: AbortSignal) => Promise<void>,
  { onStop = "Stopped.", stoppedCode = INTERRUPTED } = {},
): Promise<never> {
  const { signal } = listenForStop({
    onForce: () => {
      forceEnd();
      process.exit(INTERRUPTED);
    },
  });
  try {
    await work(signal);
  } catch (error) {
    const stopped = error instanceof Interrupted || signal.aborted;
    if (stopped) console.error(onStop);
    else printError(error);
    process.exitCode = stopped ? stoppedCode : 1;
  }
  // The listeners for signals and for the parent's end would keep this process.
  process.exit();
}

import { INTERRUPTED, Interrupted, listenForStop } from "./local/interrupt.mjs";
import { printError } from "./local/user-error.mjs";
import { forceEnd } from "./programs.ts";

/**
 * What all commands have in common: one Ctrl-C ends the work in order, a second one at once, a fault is one line.
 * @param work gives the exit code when it is not 0
 * @param options what to say when the user stopped it, and the exit code then
 */
export async function runCommand(
  work: (signal: AbortSignal) => Promise<number | undefined>,
  { onStop = "Stopped.", stoppedCode = INTERRUPTED } = {},
): Promise<never> {
  const { signal } = listenForStop({
    onForce: () => {
      forceEnd();
      process.exit(INTERRUPTED);
    },
  });
  try {
    process.exitCode = (await work(signal)) ?? 0;
  } catch (error) {
    const stopped = error instanceof Interrupted || signal.aborted;
    if (stopped) console.error(onStop);
    else printError(error);
    process.exitCode = stopped ? stoppedCode : 1;
  }
  // The listeners for signals and for the parent's end would keep this process.
  process.exit();
}

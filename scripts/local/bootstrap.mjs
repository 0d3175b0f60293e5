import path from "node:path";
import { ensureInstalled, pinnedNode } from "./install.mjs";
import { INTERRUPTED, Interrupted, listenForStop } from "./interrupt.mjs";
import { ROOT } from "./paths.mjs";
import { runPlainly } from "./processes.mjs";
import { printError, UserError } from "./user-error.mjs";

const OLDEST_NODE = 20;

/**
 * The first stage of every command: runs under whatever Node the user has, with nothing installed. It installs, then
 * hands over to a script under the pinned Node and ends with that one's exit code.
 * @param {string} script
 * @param {string[]} args
 * @param {() => Promise<void>} [check] what can be refused before the long work
 */
export async function runUnderPinnedNode(script, args, check) {
  process.chdir(ROOT);
  try {
    if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
      const advice = `install Node ${OLDEST_NODE} or newer from https://nodejs.org`;
      throw new UserError(`this is Node ${process.versions.node}: ${advice}`);
    }
    await check?.();
    const { signal } = listenForStop({ onForce: () => process.exit(INTERRUPTED) });
    await ensureInstalled(signal);
    signal.throwIfAborted();
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.removeAllListeners(name);
    process.exitCode = await handOver([path.resolve(ROOT, script), ...args]);
  } catch (error) {
    if (!(error instanceof Interrupted)) printError(error);
    process.exitCode = error instanceof Interrupted ? INTERRUPTED : 1;
  }
}

/**
 * The child hears of our death by the channel; a signal that reached only us is passed on.
 * @param {string[]} args
 */
function handOver(args) {
  return runPlainly(pinnedNode(), args, { stdio: ["inherit", "inherit", "inherit", "ipc"] }, (child) => {
    for (const name of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(name, () => child.kill(name));
  });
}

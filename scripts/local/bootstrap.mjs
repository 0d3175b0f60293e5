import { spawn } from "node:child_process";
import { constants } from "node:os";
import path from "node:path";
import { ensureInstalled, pinnedNode } from "./install.mjs";
import { Interrupted, listenForStop } from "./interrupt.mjs";
import { ROOT } from "./paths.mjs";
import { printError, UserError } from "./user-error.mjs";

const INTERRUPTED = 130;

/**
 * The first stage of every command: runs under whatever Node the user has, with nothing installed. It installs, then
 * hands over to a script under the pinned Node and ends with that one's exit code.
 * @param {string} script
 * @param {string[]} args
 * @param {() => Promise<void>} [check] what can be refused before the long work
 */
export async function runUnderPinnedNode(script, args, check) {
  try {
    requireNode(20);
    await check?.();
    const { signal } = listenForStop({ onForce: () => process.exit(INTERRUPTED) });
    await ensureInstalled(signal);
    signal.throwIfAborted();
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) {
      process.removeAllListeners(name);
    }
    process.exitCode = await handOver(pinnedNode(), [path.resolve(ROOT, script), ...args]);
  } catch (error) {
    if (error instanceof Interrupted) {
      process.exitCode = INTERRUPTED;
    } else {
      printError(error);
      process.exitCode = 1;
    }
  }
}

/** @param {number} major */
function requireNode(major) {
  if (Number.parseInt(process.versions.node, 10) < major) {
    throw new UserError(
      `this is Node ${process.versions.node}: install Node ${major} or newer from https://nodejs.org`,
    );
  }
}

/**
 * The child hears of our death by the channel; a signal that reached only us is passed on.
 * @param {string} node
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function handOver(node, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { stdio: ["inherit", "inherit", "inherit", "ipc"] });
    for (const name of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
      process.on(name, () => child.kill(name));
    }
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

import { spawn } from "node:child_process";

/**
 * @typedef {object} RunOptions
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} [env]
 * @property {AbortSignal} [signal] ends the program and all that it started
 * @property {boolean} [show] pass its output through instead of keeping it
 * @property {boolean} [shell]
 */

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {string[]} args
 * @param {RunOptions} options
 * @returns {Promise<{ code: number, output: string }>} output is what it wrote on both channels, when not shown
 */
export function run(program, args, { cwd, env = process.env, signal, show = false, shell = false }) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const windows = process.platform === "win32";
    const child = spawn(program, args, {
      cwd,
      env,
      shell,
      windowsHide: true,
      // A group of its own, so that all that a build starts can be ended together.
      detached: !windows,
      stdio: show ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    const abort = () => killTree(child);
    signal?.addEventListener("abort", abort, { once: true });
    child.on("error", reject);
    child.on("close", (code) => {
      signal?.removeEventListener("abort", abort);
      if (signal?.aborted) {
        reject(signal.reason);
      } else {
        resolve({ code: code ?? 1, output });
      }
    });
  });
}

/**
 * Ends a program that `run` started, with its children.
 * @param {import("node:child_process").ChildProcess} child
 */
function killTree(child) {
  if (child.pid === undefined) {
    return;
  }
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(child.pid), "/f", "/t"], { stdio: "ignore" });
    return;
  }
  process.kill(-child.pid, "SIGTERM");
  const group = -child.pid;
  const force = setTimeout(() => process.kill(group, "SIGKILL"), 5000);
  force.unref();
  child.once("close", () => clearTimeout(force));
}

/**
 * The end of a long output: what went wrong stands there.
 * @param {string} output
 * @param {number} [count]
 */
export function lastLines(output, count = 15) {
  return output.trimEnd().split("\n").slice(-count).join("\n");
}

/**
 * The begin and the end of a long output, for programs that name the fault first and then explain themselves at length.
 * @param {string} output
 */
export function bothEnds(output) {
  const lines = output.trim().split("\n");
  return lines.length <= 20 ? lines.join("\n") : [...lines.slice(0, 12), "…", ...lines.slice(-6)].join("\n");
}

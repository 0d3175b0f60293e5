import { spawn } from "node:child_process";

/** As long an end as one wants to read again when something failed. */
const KEPT = 64 * 1024;

/**
 * @typedef {object} GentleRun
 * @property {Promise<{ code: number, stderr: string }>} done stderr is the end of what it wrote there
 * @property {() => void} force ends it at once, with all that it started
 */

/**
 * Runs a program in sight of the user. When `signal` is aborted it gets one Ctrl-C and the time it needs to end in
 * order; a terminal's own Ctrl-C does not reach it, for two of them would cut it off.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, signal: AbortSignal }} options
 * @returns {GentleRun}
 */
export function runGently(program, args, { cwd, env, signal }) {
  signal.throwIfAborted();
  const windows = process.platform === "win32";
  const child = spawn(program, args, {
    cwd,
    env,
    detached: !windows,
    windowsHide: true,
    stdio: ["ignore", "inherit", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (/** @type {Buffer} */ chunk) => {
    process.stderr.write(chunk);
    stderr = (stderr + chunk).slice(-KEPT);
  });
  const interrupt = () => child.kill("SIGINT");
  signal.addEventListener("abort", interrupt, { once: true });
  const done = new Promise((/** @type {(result: { code: number, stderr: string }) => void} */ resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      signal.removeEventListener("abort", interrupt);
      resolve({ code: code ?? 1, stderr });
    });
  });
  const force = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      process.kill(windows ? child.pid : -child.pid, "SIGKILL");
    }
  };
  return { done, force };
}

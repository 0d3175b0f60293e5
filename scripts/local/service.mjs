import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { waitUntil } from "./processes.mjs";
import { lastLines } from "./run.mjs";
import { UserError } from "./user-error.mjs";

const READY_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 12_000;
const LOG_LIMIT = 10_000_000;

/**
 * @typedef {object} ServiceOptions
 * @property {string} name "backend": its log is <logs>/backend.log
 * @property {string} script
 * @property {string[]} [args]
 * @property {string[]} [nodeFlags]
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {string} logDir
 * @property {string} readyUrl answers with less than 500 when the service is ready
 * @property {AbortSignal} signal stops waiting for it to be ready, and ends it
 * @property {() => Promise<void>} [explain] throws a better reason when the service does not start
 *
 * @typedef {object} Running
 * @property {Promise<string>} ended resolves, with how, when it ends
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} kill
 */

/**
 * Starts one of our services and waits until it answers. It ends with us: it is told by signal, and when we are killed
 * it notices that the channel to us has closed.
 * @param {ServiceOptions} options
 * @returns {Promise<Running>}
 */
export async function startService({
  name,
  script,
  args = [],
  nodeFlags = [],
  cwd,
  env,
  logDir,
  readyUrl,
  signal,
  explain,
}) {
  const logFile = path.join(logDir, `${name}.log`);
  rotate(logFile);
  const log = openSync(logFile, "a", 0o600);
  const offset = statSync(logFile).size;
  const windows = process.platform === "win32";
  const child = spawn(process.execPath, [...nodeFlags, script, ...args], {
    cwd,
    env,
    windowsHide: true,
    // Away from the terminal's Ctrl-C, so that we stop one after the other.
    detached: !windows,
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  let alive = true;
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    const end = (/** @type {string} */ how) => {
      alive = false;
      resolve(how);
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
  });
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  const stop = async () => {
    if (!alive) {
      return;
    }
    if (windows) {
      // There a signal kills; the closed channel asks.
      child.disconnect();
    } else {
      child.kill("SIGTERM");
    }
    if (!(await waitUntil(() => !alive, STOP_TIMEOUT_MS))) {
      await kill();
    }
  };

  const ready = await waitUntil(
    async () => !alive || signal.aborted || (await answers(readyUrl)),
    READY_TIMEOUT_MS,
    50,
  );
  if (signal.aborted) {
    await stop();
    throw signal.reason;
  }
  if (alive && ready) {
    return { ended, stop, kill };
  }
  const how = alive ? `no answer in ${READY_TIMEOUT_MS / 1000} s` : await ended;
  await kill();
  await explain?.();
  const lines = lastLines(readFileSync(logFile).subarray(offset).toString());
  console.error(`\n${lines || "(it wrote nothing)"}`);
  throw new UserError(`the ${name} did not start (${how}): its last lines are above, all of them in ${logFile}`);
}

/** @param {string} url */
async function answers(url) {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    // Not listening yet: the caller asks again until its time is over.
    return false;
  }
}

/** @param {string} logFile */
function rotate(logFile) {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT) {
    renameSync(logFile, `${logFile}.1`);
  }
}

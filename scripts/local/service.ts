import { readFileSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { openLog } from "../programs.ts";
import { waitUntil } from "./processes.mjs";
import { excerpt } from "./steps.mjs";
import { UserError } from "./user-error.mjs";

const READY_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 12_000;
const LOG_LIMIT = 10_000_000;
const WINDOWS = process.platform === "win32";

export type ServiceOptions = {
  /** "backend": its log is <logs>/backend.log */
  name: string;
  /** What Node gets: flags, a script, its arguments. */
  node: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  logDir: string;
  /** Answers with less than 500 when the service is ready. */
  readyUrl: string;
  /** Stops waiting for it to be ready, and ends it. */
  signal: AbortSignal;
  /** Throws a better reason when the service does not start. */
  explain?: () => Promise<void>;
};

export type Running = {
  /** Resolves, with how, when it ends. */
  ended: Promise<string>;
  stop: () => Promise<void>;
  kill: () => Promise<void>;
};

/**
 * Starts one of our services and waits until it answers. It ends with us: it is told by signal, and when we are killed
 * it notices that the channel to us has closed.
 */
export async function startService(options: ServiceOptions): Promise<Running> {
  const { name, node, cwd, env, logDir, readyUrl, signal, explain } = options;
  const logFile = path.join(logDir, `${name}.log`);
  rotate(logFile);
  const log = await openLog(logFile);
  const offset = statSync(logFile).size;
  const child = execa(process.execPath, node, {
    cwd,
    env,
    extendEnv: false,
    // Away from the terminal's Ctrl-C, so that we stop one after the other.
    detached: !WINDOWS,
    stdin: "ignore",
    stdout: log,
    stderr: log,
    ipc: true,
    buffer: false,
    forceKillAfterDelay: STOP_TIMEOUT_MS,
    reject: false,
  });
  log.close();
  let alive = true;
  const ended = child.then((result) => {
    alive = false;
    return result.signal ?? (result.exitCode === undefined ? String(result.message) : `exit code ${result.exitCode}`);
  });
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  const stop = async () => {
    if (!alive) return;
    // On Windows a signal kills; the closed channel asks.
    if (WINDOWS) child.nodeChildProcess.disconnect();
    else child.kill("SIGTERM");
    await ended;
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
  if (alive && ready) return { ended, stop, kill };
  const how = alive ? `no answer in ${READY_TIMEOUT_MS / 1000} s` : await ended;
  await kill();
  await explain?.();
  const lines = excerpt(readFileSync(logFile).subarray(offset).toString());
  console.error(`\n${lines || "(it wrote nothing)"}`);
  throw new UserError(`the ${name} did not start (${how}): its own words are above, all of them in ${logFile}`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5000) });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    // Not listening yet: the caller asks again until its time is over.
    return false;
  }
}

function rotate(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT) renameSync(logFile, `${logFile}.1`);
}

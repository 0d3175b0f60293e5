import { spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../ports.mjs";
import { isAlive, waitUntil } from "../processes.mjs";
import { UserError } from "../user-error.mjs";
import { serverEnvironment } from "./cluster.mjs";
import { readPidFile } from "./pid-file.mjs";
import { rootFolder } from "./run-as.mjs";

/** Small, for one person's machine. Written without blanks: on Windows they pass through a shell. */
const SETTINGS = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "shared_buffers=32MB",
  "max_connections=100",
  // No process of a query needs another, nor shared memory in /dev/shm, which containers keep tiny.
  "max_parallel_workers_per_gather=0",
  // Fewer processes in the background: nothing here reads in bulk or replicates.
  "io_method=sync",
  "max_logical_replication_workers=0",
  "max_wal_size=256MB",
  "timezone=UTC",
  "log_timezone=UTC",
];
const THROW_AWAY_SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
const START_TIMEOUT_MS = 120_000;
const FAST_STOP_MS = 15_000;
const HARD_STOP_MS = 5_000;
const ATTEMPTS = 8;

/**
 * @typedef {object} LaunchOptions
 * @property {import("./binaries.mjs").Binaries} binaries
 * @property {import("./run-as.mjs").RunAs} runAs
 * @property {string} dataDir
 * @property {string} logFile
 * @property {number} [port] the port to try first
 * @property {boolean} throwAway for tests: no care for a power cut, and it ends with its starter's process group
 */

/**
 * Starts the server on a free port and waits until it is ready, which takes a while when it has to recover.
 * @param {LaunchOptions} options
 * @returns {Promise<{ pid: number, port: number }>}
 */
export async function launchServer(options) {
  let port = options.port ?? (await freePort());
  for (let attempt = 1; ; attempt += 1) {
    const offset = statSync(options.logFile, { throwIfNoEntry: false })?.size ?? 0;
    const pid = await launchOnce(options, port);
    if (pid !== undefined) {
      return { pid, port };
    }
    const fault = lastFault(options.logFile, offset);
    if (attempt === ATTEMPTS || !isPassing(fault)) {
      const advice = /no space left/i.test(fault) ? "free some space and start again" : `see ${options.logFile}`;
      throw new UserError(`PostgreSQL did not start (${fault}): ${advice}`);
    }
    await delay(500);
    port = await freePort();
  }
}

/**
 * Stops a server and waits until it has gone: at once with its clients, else without ceremony (its log repairs that).
 * @param {number} pid
 * @param {{ dataDir: string, binaries: import("./binaries.mjs").Binaries, hard?: boolean }} options
 */
export async function stopServer(pid, { dataDir, binaries, hard = false }) {
  if (process.platform === "win32") {
    const mode = hard ? "immediate" : "fast";
    spawnSync(binaries.pg_ctl, ["stop", "-D", dataDir, "-m", mode, "-w", "-t", "15"], { stdio: "ignore" });
    return;
  }
  const gone = () => !isAlive(pid);
  if (!gone() && !hard) {
    process.kill(pid, "SIGINT");
    await waitUntil(gone, FAST_STOP_MS);
  }
  if (!gone()) {
    process.kill(pid, "SIGQUIT");
    await waitUntil(gone, HARD_STOP_MS);
  }
  if (!gone()) {
    throw new Error(`PostgreSQL (process ${pid}) does not stop`);
  }
}

/**
 * @param {LaunchOptions} options
 * @param {number} port
 * @returns {Promise<number | undefined>} the server's process, or undefined when it ended; its log says why
 */
async function launchOnce({ binaries, runAs, dataDir, logFile, throwAway }, port) {
  const settings = [...SETTINGS, ...(throwAway ? THROW_AWAY_SETTINGS : []), `port=${port}`];
  const values = settings.flatMap((setting) => ["-c", setting]);
  const windows = process.platform === "win32";
  // On Windows pg_ctl also drops the rights of an administrator, which the server refuses like root.
  const command = windows
    ? runAs.command(binaries.pg_ctl, ["start", "-W", "-D", dataDir, "-o", values.join(" ")])
    : runAs.command(binaries.postgres, ["-D", dataDir, ...values]);
  const log = openSync(logFile, "a", 0o600);
  let ended = false;
  const child = spawn(command.program, command.args, {
    ...command.options,
    cwd: rootFolder(),
    env: serverEnvironment(),
    // A session of its own: Ctrl-C in the terminal must stop the backend first, not the database under it.
    detached: !throwAway,
    windowsHide: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.on("error", () => {
    ended = true;
  });
  child.on("exit", (code) => {
    ended = !windows || code !== 0;
  });
  child.unref();
  const ready = () => {
    const server = readPidFile(dataDir);
    return server?.ready === true && (windows || server.pid === child.pid);
  };
  if (!(await waitUntil(() => ended || ready(), START_TIMEOUT_MS))) {
    throw new UserError(`PostgreSQL is not ready after ${START_TIMEOUT_MS / 1000} s: see ${logFile} and start again`);
  }
  return ended ? undefined : readPidFile(dataDir)?.pid;
}

/**
 * Whether a fault goes away by itself: a port that someone else took first, or the last processes of a killed server.
 * @param {string} fault
 */
function isPassing(fault) {
  return /could not (bind|create any TCP)|address already in use|pre-existing shared memory/i.test(fault);
}

/**
 * The first complaint that the server wrote from a place in its log on.
 * @param {string} logFile
 * @param {number} offset
 */
function lastFault(logFile, offset) {
  const lines = readFileSync(logFile).subarray(offset).toString().split("\n");
  const serious = lines.filter((line) => /FATAL|PANIC|error/i.test(line));
  const line = serious.at(-1) ?? lines.filter(Boolean).at(-1) ?? "it wrote nothing";
  return line.replace(/^.*?(FATAL|PANIC|LOG): {2}/, "").trim();
}

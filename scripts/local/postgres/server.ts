import { readFileSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { openLog } from "../../programs.ts";
import { freePort } from "../ports.mjs";
import { isAlive, waitUntil } from "../processes.mjs";
import { UserError } from "../user-error.mjs";
import type { Binaries } from "./binaries.ts";
import { serverEnvironment } from "./cluster.ts";
import { readPidFile } from "./pid-file.ts";
import { type RunAs, rootFolder } from "./run-as.ts";

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
const WINDOWS = process.platform === "win32";

export type LaunchOptions = {
  binaries: Binaries;
  runAs: RunAs;
  dataDir: string;
  logFile: string;
  /** The port to try first. */
  port?: number | undefined;
  /** For tests: no care for a power cut, and it ends with its starter's process group. */
  throwAway: boolean;
};

/** Starts the server on a free port and waits until it is ready, which takes a while when it has to recover. */
export async function launchServer(options: LaunchOptions): Promise<{ pid: number; port: number }> {
  let port = options.port ?? (await freePort());
  for (let attempt = 1; ; attempt += 1) {
    const offset = statSync(options.logFile, { throwIfNoEntry: false })?.size ?? 0;
    const pid = await launchOnce(options, port);
    if (pid !== undefined) return { pid, port };
    const fault = lastFault(options.logFile, offset);
    // A port that someone else took first, or the last processes of a killed server, go away by themselves.
    const passing = /could not (bind|create any TCP)|address already in use|pre-existing shared memory/i.test(fault);
    if (attempt === ATTEMPTS || !passing) {
      const advice = /no space left/i.test(fault) ? "free some space and start again" : `see ${options.logFile}`;
      throw new UserError(`PostgreSQL did not start (${fault}): ${advice}`);
    }
    await delay(500);
    port = await freePort();
  }
}

type StopOptions = { dataDir: string; binaries: Binaries; hard?: boolean };

/** Stops a server and waits until it has gone: at once with its clients, else without ceremony (its log repairs that). */
export async function stopServer(pid: number, { dataDir, binaries, hard = false }: StopOptions): Promise<void> {
  if (WINDOWS) {
    const mode = hard ? "immediate" : "fast";
    await execa(binaries.pg_ctl, ["stop", "-D", dataDir, "-m", mode, "-w", "-t", "15"], { reject: false });
    return;
  }
  const gone = () => !isAlive(pid);
  const end = async (signal: NodeJS.Signals, timeoutMs: number) => {
    if (gone()) return;
    process.kill(pid, signal);
    await waitUntil(gone, timeoutMs);
  };
  if (!hard) await end("SIGINT", FAST_STOP_MS);
  await end("SIGQUIT", HARD_STOP_MS);
  if (!gone()) throw new Error(`PostgreSQL (process ${pid}) does not stop`);
}

/** @returns the server's process, or undefined when it ended; its log says why */
async function launchOnce(options: LaunchOptions, port: number): Promise<number | undefined> {
  const { binaries, runAs, dataDir, logFile, throwAway } = options;
  const settings = [...SETTINGS, ...(throwAway ? THROW_AWAY_SETTINGS : []), `port=${port}`];
  const values = settings.flatMap((setting) => ["-c", setting]);
  // On Windows pg_ctl also drops the rights of an administrator, which the server refuses like root.
  const command = WINDOWS
    ? runAs.command(binaries.pg_ctl, ["start", "-W", "-D", dataDir, "-o", values.join(" ")])
    : runAs.command(binaries.postgres, ["-D", dataDir, ...values]);
  const log = await openLog(logFile);
  const child = execa(command.program, command.args, {
    ...command.options,
    cwd: rootFolder(),
    env: serverEnvironment(),
    extendEnv: false,
    // A session of its own: Ctrl-C in the terminal must stop the backend first, not the database under it.
    detached: !throwAway,
    cleanup: false,
    stdin: "ignore",
    stdout: log,
    stderr: log,
    buffer: false,
    reject: false,
  });
  log.close();
  child.nodeChildProcess.unref();
  let ended = false;
  void child.then(({ failed }) => {
    ended = !WINDOWS || failed;
  });
  const ready = () => {
    const server = readPidFile(dataDir);
    return server?.ready === true && (WINDOWS || server.pid === child.pid);
  };
  if (!(await waitUntil(() => ended || ready(), START_TIMEOUT_MS))) {
    throw new UserError(`PostgreSQL is not ready after ${START_TIMEOUT_MS / 1000} s: see ${logFile} and start again`);
  }
  return ended ? undefined : readPidFile(dataDir)?.pid;
}

/** The last complaint that the server wrote from a place in its log on. */
function lastFault(logFile: string, offset: number): string {
  const lines = readFileSync(logFile).subarray(offset).toString().split("\n");
  const serious = lines.filter((line) => /FATAL|PANIC|error/i.test(line));
  const line = serious.at(-1) ?? lines.filter(Boolean).at(-1) ?? "it wrote nothing";
  return line.replace(/^.*?(FATAL|PANIC|LOG): {2}/, "").trim();
}

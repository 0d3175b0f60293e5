import { writeFileSync } from "node:fs";
import path from "node:path";
import { commandLine, isAlive } from "../processes.mjs";
import { readIfAny } from "../stamps.mjs";

export type RunningServer = { pid: number; port: number; ready: boolean };

/**
 * What the server says of itself in its `postmaster.pid`: line 1 its number, 4 the port, 8 whether it is ready.
 * `undefined` when there is no such file or it is not yet written.
 */
export function readPidFile(dataDir: string): RunningServer | undefined {
  const lines = pidFileLines(dataDir);
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
}

/** The server that runs on this data folder, if one does: left behind when whoever started it was killed. */
export function findRunningServer(dataDir: string): RunningServer | undefined {
  const server = readPidFile(dataDir);
  return server && isServerOf(server.pid, dataDir) ? server : undefined;
}

/**
 * Makes a left-over pid file harmless when its number now belongs to some other program, as happens after a restart of
 * the machine or container. PostgreSQL would take that program for a server and refuse to start. It knows its parent
 * for none, so the file gets the parent's number: us. Its other lines stay, for PostgreSQL also looks there whether
 * processes of the old server still use its memory.
 */
export function disarmStalePidFile(dataDir: string): void {
  const stale = readPidFile(dataDir);
  if (!stale || !isAlive(stale.pid) || isServerOf(stale.pid, dataDir)) return;
  const lines = [process.pid, ...pidFileLines(dataDir).slice(1)];
  writeFileSync(path.join(dataDir, "postmaster.pid"), lines.join("\n"));
}

function isServerOf(pid: number, dataDir: string): boolean {
  if (!isAlive(pid)) return false;
  const command = commandLine(pid);
  // Where the system shows no command lines, any living process may be the server.
  if (command === "") return process.platform === "win32";
  return command.includes("postgres") && command.includes(` -D ${dataDir} `);
}

function pidFileLines(dataDir: string): string[] {
  return readIfAny(path.join(dataDir, "postmaster.pid"))?.split("\n") ?? [];
}

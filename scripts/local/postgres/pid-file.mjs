import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { commandLine, isAlive } from "../processes.mjs";
import { errorCode } from "../user-error.mjs";

/** @typedef {{ pid: number, port: number, ready: boolean }} RunningServer */

/**
 * What the server says of itself in its `postmaster.pid`: line 1 its number, 4 the port, 8 whether it is ready.
 * @param {string} dataDir
 * @returns {RunningServer | undefined} undefined when there is no such file or it is not yet written
 */
export function readPidFile(dataDir) {
  const lines = pidFileLines(dataDir);
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) {
    return undefined;
  }
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
}

/**
 * The server that runs on this data folder, if one does: left behind when whoever started it was killed.
 * @param {string} dataDir
 * @returns {RunningServer | undefined}
 */
export function findRunningServer(dataDir) {
  const server = readPidFile(dataDir);
  return server && isServerOf(server.pid, dataDir) ? server : undefined;
}

/**
 * Makes a left-over pid file harmless when its number now belongs to some other program, as happens after a restart of
 * the machine or container. PostgreSQL would take that program for a server and refuse to start. It knows its parent
 * for none, so the file gets the parent's number: us. Its other lines stay, for PostgreSQL also looks there whether
 * processes of the old server still use its memory.
 * @param {string} dataDir
 */
export function disarmStalePidFile(dataDir) {
  const lines = pidFileLines(dataDir);
  const pid = Number(lines[0]);
  if (Number.isInteger(pid) && pid > 0 && isAlive(pid) && !isServerOf(pid, dataDir)) {
    lines[0] = String(process.pid);
    writeFileSync(path.join(dataDir, "postmaster.pid"), lines.join("\n"));
  }
}

/**
 * @param {number} pid
 * @param {string} dataDir
 */
function isServerOf(pid, dataDir) {
  if (!isAlive(pid)) {
    return false;
  }
  const command = commandLine(pid);
  // Where the system shows no command lines, any living process may be the server.
  return command === ""
    ? process.platform === "win32"
    : command.includes("postgres") && command.includes(` -D ${dataDir} `);
}

/**
 * @param {string} dataDir
 * @returns {string[]}
 */
function pidFileLines(dataDir) {
  try {
    return readFileSync(path.join(dataDir, "postmaster.pid"), "utf8").split("\n");
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      return [];
    }
    throw error;
  }
}

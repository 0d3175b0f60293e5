import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { errorCode } from "./user-error.mjs";

/**
 * Whether a process runs. One that has ended but was not yet collected by its parent (a zombie) does not: in a
 * container without an init process it would stay for ever.
 * @param {number} pid
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
  return procStat(pid)?.state !== "Z";
}

/**
 * A text that differs when the system gave the same number to another process later: its start time.
 * @param {number} pid
 * @returns {string} empty when the system can't tell
 */
export function startToken(pid) {
  const stat = procStat(pid);
  if (stat) return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${stat.startTime}`;
  return ps(pid, "lstart=");
}

/**
 * The command line of a process, or an empty text when the system does not tell.
 * @param {number} pid
 */
export function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    // No /proc here (macOS), or the process has just ended: ps knows, or says nothing.
    return ps(pid, "command=");
  }
}

/**
 * Waits until `check` is true, looking every few milliseconds.
 * @param {() => boolean | Promise<boolean>} check
 * @param {number} timeoutMs
 * @param {number} [everyMs]
 * @returns {Promise<boolean>} false when the time was over first
 */
export async function waitUntil(check, timeoutMs, everyMs = 25) {
  const end = Date.now() + timeoutMs;
  while (!(await check())) {
    if (Date.now() >= end) return false;
    await delay(everyMs);
  }
  return true;
}

/**
 * Runs a program to its end before there is execa to run it with.
 * @param {string} program
 * @param {string[]} args
 * @param {import("node:child_process").SpawnOptions} options `signal` ends it
 * @param {(child: import("node:child_process").ChildProcess) => void} [onStart]
 * @returns {Promise<number>} its exit code
 */
export function runPlainly(program, args, options, onStart) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, options);
    child.on("error", (error) => reject(options.signal?.aborted ? options.signal.reason : error));
    child.on("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    onStart?.(child);
  });
}

/**
 * @param {number} pid
 * @returns {{ state: string, startTime: string } | undefined} undefined where there is no /proc or no such process
 */
function procStat(pid) {
  let text = "";
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets and may hold blanks: count from the last bracket.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0] ?? "", startTime: fields[19] ?? "" };
}

/**
 * @param {number} pid
 * @param {string} column
 */
function ps(pid, column) {
  if (process.platform === "win32") return "";
  try {
    const stdio = /** @type {const} */ (["ignore", "pipe", "ignore"]);
    return execFileSync("ps", ["-o", column, "-p", String(pid)], { encoding: "utf8", stdio: [...stdio] }).trim();
  } catch {
    // ps ends with 1 when there is no such process.
    return "";
  }
}

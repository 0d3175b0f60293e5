import { renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { isAlive, startToken } from "./processes.mjs";
import { readIfAny } from "./stamps.mjs";
import { errorCode } from "./user-error.mjs";

/** @typedef {{ pid: number, started: string, note: string }} Holder */

/** Long enough for a second taker, who saw the same dead holder, to have put its own name into the file. */
const SETTLE_MS = 100;

/**
 * The living process that holds a lock file, if one does.
 * @param {string} file
 * @returns {Holder | undefined}
 */
export function lockHolder(file) {
  const holder = readHolder(file);
  return holder && isAlive(holder.pid) && startToken(holder.pid) === holder.started ? holder : undefined;
}

/**
 * Takes a lock file, also from a process that died with it.
 * @param {string} file
 * @param {string} note what to tell those who come second
 * @returns {Promise<{ holder: Holder } | { release: () => void }>} the holder when there is one
 */
export async function takeLock(file, note) {
  const mine = JSON.stringify({ pid: process.pid, started: startToken(process.pid), note });
  const release = () => {
    if (readIfAny(file) === mine) rmSync(file);
  };
  try {
    writeFileSync(file, mine, { flag: "wx", mode: 0o600 });
    return { release };
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw error;
  }
  const holder = lockHolder(file);
  if (holder) return { holder };
  const half = `${file}.${process.pid}`;
  writeFileSync(half, mine, { mode: 0o600 });
  renameSync(half, file);
  await delay(SETTLE_MS);
  const winner = readHolder(file);
  return winner && winner.pid !== process.pid ? { holder: winner } : { release };
}

/**
 * Does some work that only one process at a time may do; the others wait for it.
 * @template T
 * @param {string} file
 * @param {(holder: Holder) => void} onWait
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function whileLocked(file, onWait, work) {
  let lock = await takeLock(file, "");
  if ("holder" in lock) onWait(lock.holder);
  while ("holder" in lock) {
    await delay(300);
    lock = await takeLock(file, "");
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/**
 * @param {string} file
 * @returns {Holder | undefined} undefined also for a file that was cut off while it was written
 */
function readHolder(file) {
  try {
    const value = JSON.parse(readIfAny(file) ?? "null");
    return Number.isInteger(value?.pid) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

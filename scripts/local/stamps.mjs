import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { errorCode } from "./user-error.mjs";

/**
 * Does work unless its stamp says that it was done for the same inputs. The stamp is written last and taken away first,
 * so work that was cut off is done again.
 * @param {{ file: string, hash: string }} stamp
 * @param {() => Promise<void>} work
 */
export async function unlessStamped({ file, hash }, work) {
  if (readStamp(file) === hash) return;
  rmSync(file, { force: true });
  await work();
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${hash}\n`);
}

/** @param {string} file */
export function readStamp(file) {
  return readIfAny(file)?.trim();
}

/**
 * @param {string} file
 * @returns {string | undefined} undefined when there is no such file
 */
export function readIfAny(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { errorCode } from "./user-error.mjs";

/** What a build makes or does not read. */
const SKIPPED = new Set(["node_modules", "dist", ".next", "next-env.d.ts"]);
const SKIPPED_ENDINGS = [".test.ts", ".test.tsx", ".tsbuildinfo", ".md"];

/**
 * One hash over files and folders, their names included; a missing one counts as empty.
 * @param {string} root
 * @param {string[]} paths relative to root
 * @param {string[]} [facts] what else the result depends on
 * @returns {string}
 */
export function hashPaths(root, paths, facts = []) {
  const hash = createHash("sha256");
  for (const fact of facts) {
    hash.update(`${fact}\0`);
  }
  for (const file of paths.flatMap((entry) => listFiles(root, entry)).sort()) {
    const content = readFileSync(path.join(root, file));
    hash.update(`${file.split(path.sep).join("/")}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/**
 * Does work unless its stamp says that it was done for the same inputs. The stamp is written last and taken away first,
 * so work that was cut off is done again.
 * @param {{ file: string, hash: string }} stamp
 * @param {() => Promise<void>} work
 */
export async function unlessStamped({ file, hash }, work) {
  if (readStamp(file) === hash) {
    return;
  }
  rmSync(file, { force: true });
  await work();
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${hash}\n`);
}

/**
 * @param {string} file
 * @returns {string | undefined}
 */
export function readStamp(file) {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

/**
 * @param {string} root
 * @param {string} entry
 * @returns {string[]}
 */
function listFiles(root, entry) {
  const stats = statSync(path.join(root, entry), { throwIfNoEntry: false });
  if (!stats) {
    return [];
  }
  if (!stats.isDirectory()) {
    return [entry];
  }
  return readdirSync(path.join(root, entry))
    .filter((name) => !SKIPPED.has(name) && !SKIPPED_ENDINGS.some((ending) => name.endsWith(ending)))
    .flatMap((name) => listFiles(root, path.join(entry, name)));
}

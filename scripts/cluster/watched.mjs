import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { errorCode } from "../local/user-error.mjs";

/** What goes into images, charts or the program, as far as a path tells; Pulumi finds out whether it changes anything. */
const FOLDERS = ["services", "helm", "stack"];
const FILES =
  /^(Dockerfile\.\w+(\.dockerignore)?|\.npmrc|index\.ts|Pulumi(\.[\w-]+)?\.yaml|package(-lock)?\.json|tsconfig[\w.]*\.json)$/;
/** Made by builds and editors, tests, and what people read. */
const IGNORED = /^(node_modules|\.next|dist|test|test-results|\.#.*|.*~|.*\.(test\.tsx?|md|tsbuildinfo|swp|tmp|log))$/;

/** @typedef {Map<string, string>} Snapshot each file's time and size, by its path */

/**
 * The state of the files that matter. Looked at again and again, since systems differ in how they tell of changes, and
 * some folders (of other machines, of containers) tell nothing.
 * @param {string} root the repository
 * @returns {Snapshot}
 */
export function takeSnapshot(root) {
  /** @type {Snapshot} */
  const snapshot = new Map();
  for (const { name } of readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile())) {
    if (FILES.test(name)) {
      note(snapshot, root, name);
    }
  }
  for (const folder of FOLDERS) {
    walk(snapshot, root, folder);
  }
  return snapshot;
}

/**
 * The files that differ between two looks: changed, new or gone.
 * @param {Snapshot} before
 * @param {Snapshot} after
 * @returns {string[]}
 */
export function changedFiles(before, after) {
  const all = new Set([...before.keys(), ...after.keys()]);
  return [...all].filter((file) => before.get(file) !== after.get(file));
}

/**
 * Waits until something has changed, and then until nothing more does: editors save in several steps.
 * @param {() => Snapshot} look
 * @param {Snapshot} before
 * @param {{ signal?: AbortSignal, everyMs?: number }} [options]
 * @returns {Promise<Snapshot>} what there is then
 */
export async function nextChange(look, before, { signal, everyMs = 500 } = {}) {
  let last = before;
  while (true) {
    const now = look();
    if (changedFiles(before, now).length > 0 && changedFiles(last, now).length === 0) {
      return now;
    }
    last = now;
    await delay(everyMs, undefined, { signal });
  }
}

/**
 * @param {Snapshot} snapshot
 * @param {string} root
 * @param {string} folder
 */
function walk(snapshot, root, folder) {
  /** @type {import("node:fs").Dirent[]} */
  let entries = [];
  try {
    entries = readdirSync(path.join(root, folder), { withFileTypes: true });
  } catch (error) {
    // Removed while we looked.
    if (errorCode(error) !== "ENOENT") {
      throw error;
    }
  }
  for (const entry of entries.filter(({ name }) => !IGNORED.test(name))) {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      walk(snapshot, root, file);
    } else {
      note(snapshot, root, file);
    }
  }
}

/**
 * @param {Snapshot} snapshot
 * @param {string} root
 * @param {string} file
 */
function note(snapshot, root, file) {
  const stat = statSync(path.join(root, file), { throwIfNoEntry: false });
  if (stat !== undefined) {
    snapshot.set(file, `${stat.mtimeMs} ${stat.size}`);
  }
}

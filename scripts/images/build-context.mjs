import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * @typedef {object} Rule
 * @property {boolean} readmits
 * @property {RegExp} pattern
 * @property {string} beginsWith all that it matches begins with this
 */

/**
 * The files that a build of our images is sent, as .dockerignore says.
 * @param {string} root the folder that is the context
 * @returns {string[]} paths relative to it, with slashes, sorted
 */
export function contextFiles(root) {
  return list(root, "", readRules(readFileSync(path.join(root, ".dockerignore"), "utf8"))).sort();
}

/**
 * The rules of .dockerignore; of those that match, the last one counts.
 * @param {string} text
 * @returns {Rule[]}
 */
export function readRules(text) {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const readmits = line.startsWith("!");
      const glob = (readmits ? line.slice(1) : line).replace(/^\/|\/$/g, "");
      return { readmits, pattern: toRegExp(glob), beginsWith: glob.split(/[*?]/)[0] ?? "" };
    });
}

/**
 * Whether a path is left out: by a rule for itself or for a folder that it lies in.
 * @param {string} file relative to the context, with slashes
 * @param {readonly Rule[]} rules
 */
export function isIgnored(file, rules) {
  const parts = file.split("/");
  const selfAndParents = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  const last = rules.findLast(({ pattern }) => selfAndParents.some((name) => pattern.test(name)));
  return last !== undefined && !last.readmits;
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {readonly Rule[]} rules
 * @returns {string[]}
 */
function list(root, folder, rules) {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
    const ignored = isIgnored(name, rules);
    if (!entry.isDirectory()) {
      return ignored ? [] : [name];
    }
    return !ignored || mayHoldReadmitted(`${name}/`, rules) ? list(root, name, rules) : [];
  });
}

/**
 * @param {string} folder
 * @param {readonly Rule[]} rules
 */
function mayHoldReadmitted(folder, rules) {
  return rules.some(
    ({ readmits, beginsWith }) => readmits && (beginsWith.startsWith(folder) || folder.startsWith(beginsWith)),
  );
}

/**
 * `*` and `?` stay within a name, `**` goes through any folders.
 * @param {string} glob
 */
function toRegExp(glob) {
  if (/[[\]\\]/.test(glob)) {
    throw new Error(`.dockerignore: ${glob} is of a kind that is not understood here`);
  }
  const source = glob.replace(/\*\*\/?|[*?]|[.+^${}()|]/g, (part) => TRANSLATED.get(part) ?? `\\${part}`);
  return new RegExp(`^${source}$`);
}

const TRANSLATED = new Map([
  ["**/", "(?:.*/)?"],
  ["**", ".*"],
  ["*", "[^/]*"],
  ["?", "[^/]"],
]);

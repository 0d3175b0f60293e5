import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { whileLocked } from "./lock.mjs";
import { NODE_MODULES, ROOT } from "./paths.mjs";
import { runPlainly } from "./processes.mjs";
import { readStamp, unlessStamped } from "./stamps.mjs";
import { excerpt, step } from "./steps.mjs";
import { UserError } from "./user-error.mjs";

const MANIFESTS = ["", "services/contract", "services/language", "services/backend", "services/frontend"];
/** The parts of a package.json that decide what is installed; editing a script installs nothing. */
const DECIDING = ["workspaces", "dependencies", "devDependencies", "optionalDependencies", "overrides", "allowScripts"];
const STAMP = path.join(NODE_MODULES, ".todo-install");

/**
 * Installs what package-lock.json lists, unless that was done already.
 * @param {AbortSignal} [signal]
 */
export async function ensureInstalled(signal) {
  const stamp = { file: STAMP, hash: installHash() };
  if (readStamp(STAMP) === stamp.hash) return;
  await whileLocked(
    installLock(),
    ({ pid }) => console.log(`Process ${pid} is installing here; waiting for it.`),
    () => unlessStamped(stamp, () => step("Installing packages (once, a minute or two)", () => npmCi(signal))),
  );
}

/** The pinned Node that npm installed; without it, the one that runs us, when it is new enough. */
export function pinnedNode() {
  const pinned = path.join(NODE_MODULES, "node", "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(pinned)) return pinned;
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 12)) return process.execPath;
  throw new UserError(
    "npm installed no Node 24, as it does when install scripts are off: run npm ci --ignore-scripts=false, " +
      "or start with Node 24.12 or newer",
  );
}

/** @param {AbortSignal} [signal] */
async function npmCi(signal) {
  // What is needed to build counts as development: NODE_ENV=production or an omit in someone's npmrc must not drop it.
  const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath ?? "";
  const [program, first] = /npm-cli\.c?js$/.test(npm) ? [process.execPath, [npm]] : ["npm", []];
  let output = "";
  const shell = process.platform === "win32" && program === "npm";
  const code = await runPlainly(program, [...first, ...args], { cwd: ROOT, signal, shell }, ({ stdout, stderr }) => {
    for (const stream of [stdout, stderr]) stream?.on("data", (chunk) => (output += chunk));
  });
  if (code === 0) return;
  console.error(`\n${excerpt(output)}`);
  throw new UserError("npm ci failed, its own words are above: check the network and the disk, then start again");
}

function installHash() {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}\0`);
  hash.update(readFileSync(path.join(ROOT, "package-lock.json")));
  for (const folder of MANIFESTS) {
    const content = JSON.parse(readFileSync(path.join(ROOT, folder, "package.json"), "utf8"));
    hash.update(JSON.stringify(DECIDING.map((key) => content[key] ?? null)));
  }
  return hash.digest("hex");
}

/** Outside of node_modules, which npm ci takes away. */
function installLock() {
  const place = createHash("sha256").update(ROOT).digest("hex").slice(0, 12);
  return path.join(tmpdir(), `todo-install-${process.getuid?.() ?? ""}-${place}.lock`);
}

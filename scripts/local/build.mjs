import { createHash } from "node:crypto";
import { cpSync, existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { whileLocked } from "./lock.mjs";
import { BACKEND, FRONTEND, NODE_MODULES, ROOT, STANDALONE } from "./paths.mjs";
import { lastLines, run } from "./run.mjs";
import { hashPaths, readStamp, unlessStamped } from "./stamps.mjs";
import { step } from "./steps.mjs";
import { printError, UserError } from "./user-error.mjs";

/**
 * @typedef {object} Build
 * @property {string} title
 * @property {string[]} inputs what its result depends on, relative to the repository
 * @property {string} stamp where it is noted what it was made of: beside the result, so that they go together
 * @property {string} result the file that must exist
 * @property {(signal?: AbortSignal) => Promise<void>} make
 */

const SHARED = ["package-lock.json", "tsconfig.base.json", "services/contract", "scripts/local/build.mjs"];

/** @type {Record<"backend" | "frontend", Build>} */
export const BUILDS = {
  backend: {
    title: "Building the backend",
    inputs: [...SHARED, "services/backend"],
    stamp: path.join(BACKEND, "dist", ".stamp"),
    result: path.join(BACKEND, "dist", "main.js"),
    make: (signal) => runOrFail("the backend", [path.join(BACKEND, "build.mjs")], BACKEND, signal),
  },
  frontend: {
    title: "Building the page",
    inputs: [...SHARED, "services/frontend"],
    stamp: path.join(FRONTEND, ".next", ".stamp"),
    result: path.join(STANDALONE, "server.js"),
    make: async (signal) => {
      await runOrFail("the page", [path.join(NODE_MODULES, "next", "dist", "bin", "next"), "build"], FRONTEND, signal);
      completeStandalone();
    },
  },
};

/**
 * Builds what changed since the last time.
 * @param {AbortSignal} [signal]
 */
export async function buildAll(signal) {
  for (const build of Object.values(BUILDS)) {
    await buildOne(build, signal);
  }
}

/**
 * @param {Build} build
 * @param {AbortSignal} [signal]
 */
export async function buildOne(build, signal) {
  const stamp = { file: build.stamp, hash: hashPaths(ROOT, build.inputs, [process.version]) };
  if (readStamp(stamp.file) === stamp.hash && existsSync(build.result)) {
    return;
  }
  const place = createHash("sha256").update(build.stamp).digest("hex").slice(0, 12);
  await whileLocked(
    path.join(tmpdir(), `todo-build-${process.getuid?.() ?? ""}-${place}.lock`),
    ({ pid }) => console.log(`Process ${pid} is building here; waiting for it.`),
    () => unlessBuilt(build, stamp, signal),
  );
}

/**
 * @param {Build} build
 * @param {{ file: string, hash: string }} stamp
 * @param {AbortSignal} [signal]
 */
async function unlessBuilt(build, stamp, signal) {
  if (!existsSync(build.result)) {
    rmSync(stamp.file, { force: true });
  }
  await unlessStamped(stamp, () => step(build.title, () => build.make(signal)));
}

/** Next leaves what browsers load out of the standalone folder, for those who serve it from elsewhere. */
function completeStandalone() {
  cpSync(path.join(FRONTEND, ".next", "static"), path.join(STANDALONE, ".next", "static"), { recursive: true });
  const publicFolder = path.join(FRONTEND, "public");
  if (existsSync(publicFolder)) {
    cpSync(publicFolder, path.join(STANDALONE, "public"), { recursive: true });
  }
}

/**
 * @param {string} what
 * @param {string[]} args
 * @param {string} cwd
 * @param {AbortSignal} [signal]
 */
async function runOrFail(what, args, cwd, signal) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
  const { code, output } = await run(process.execPath, args, { cwd, env, signal });
  if (code !== 0) {
    console.error(`\n${lastLines(output, 40)}`);
    throw new UserError(`${what} could not be built, the last lines are above: undo your last change or report it`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    await buildAll();
  } catch (error) {
    printError(error);
    process.exitCode = 1;
  }
}

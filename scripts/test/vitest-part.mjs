import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findChromium } from "../../test/support/chromium.ts";
import { NODE_MODULES, ROOT } from "../local/paths.mjs";
import { errorCode } from "../local/user-error.mjs";
import { run } from "../programs.ts";
import { countReport, noCounts, skippedNames } from "./counts.mjs";

const VITEST = path.join(NODE_MODULES, "vitest", "vitest.mjs");

/**
 * Runs one of vitest's projects and counts its tests.
 * @param {string} project
 * @param {AbortSignal} signal
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
export async function runProject(project, signal, env = process.env) {
  const folder = mkdtempSync(path.join(tmpdir(), "todo-report-"));
  const report = path.join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  try {
    const { code } = await run(process.execPath, [VITEST, "run", "--project", project, ...reporters], {
      cwd: ROOT,
      // The root is CommonJS for the sake of the stack's program, the config is not; Vite need not tell on each run.
      env: { ...env, VITE_CONFIG_NATIVE_IGNORE_WARNING: "true" },
      signal,
      show: true,
    });
    const result = readReport(report);
    for (const name of skippedNames(result)) {
      console.log(`  skipped: ${name}`);
    }
    return countReport(result, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs the browser stories, or names those that a machine without a browser can't run. In CI that is a failure.
 * @param {AbortSignal} signal
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
export async function runStories(signal) {
  const chromium = findChromium(process.env);
  if (chromium || process.env.CI) {
    return runProject("e2e", signal, { ...process.env, CHROMIUM_PATH: chromium ?? process.env.CHROMIUM_PATH });
  }
  const why = "No Chromium or Chrome found, so these browser stories are skipped. Install one or set CHROMIUM_PATH:";
  return skipProject("e2e", why, signal);
}

/**
 * Names the tests of a project that this machine can't run, and counts them.
 * @param {string} project
 * @param {string} why
 * @param {AbortSignal} signal
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
export async function skipProject(project, why, signal) {
  // The files are run to the point where their tests are known: reading them alone would miss those of a loop.
  const list = [VITEST, "list", "--no-static-parse", "--project", project];
  const { code, output } = await run(process.execPath, list, { cwd: ROOT, signal });
  const names = output.split("\n").filter((line) => line.includes(" > "));
  console.log(why);
  console.log(names.map((name) => `  skipped: ${name}`).join("\n"));
  return { ...noCounts(), failed: code === 0 ? 0 : 1, skipped: names.length };
}

/** @param {string} file */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    // Vitest ended before it could report; that counts as a failure.
    if (errorCode(error) === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

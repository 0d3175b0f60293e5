import { existsSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../local/paths.mjs";
import { step } from "../local/steps.mjs";
import { run } from "../programs.ts";
import { add, noCounts, one } from "./counts.mjs";
import { findTool, HOW_TO_GET_TOOLS } from "./tools.mjs";

const DOCKERFILES = ["Dockerfile.backend", "Dockerfile.frontend"];

/**
 * Runs hadolint; each Dockerfile counts as one test. Without hadolint they are named and counted as skipped, and as
 * failed in CI.
 * @param {AbortSignal} signal
 * @param {{ folder?: string, env?: NodeJS.ProcessEnv }} [options] `folder` holds the Dockerfiles
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
export async function checkDockerfiles(signal, { folder = ROOT, env = process.env } = {}) {
  let counts = noCounts();
  const hadolint = findTool("hadolint", env);
  for (const name of DOCKERFILES) {
    const title = `hadolint: ${name}`;
    if (hadolint !== undefined) {
      counts = add(counts, one(await isClean(title, hadolint, path.join(folder, name), signal)));
      continue;
    }
    const outcome = env.CI ? "failed" : "skipped";
    console.log(`${title}… ${outcome}, for hadolint is missing: ${HOW_TO_GET_TOOLS}`);
    counts = add(counts, { ...noCounts(), [outcome]: 1 });
  }
  return counts;
}

/**
 * @param {string} title
 * @param {string} hadolint
 * @param {string} file
 * @param {AbortSignal} signal
 */
async function isClean(title, hadolint, file, signal) {
  const { code, output } = await step(title, async () =>
    existsSync(file)
      ? await run(hadolint, ["--no-color", "--failure-threshold=style", file], { cwd: ROOT, signal })
      : { code: 1, output: `${file} is missing` },
  );
  if (code !== 0) console.log(`${output.trim()}\n${title}: failed`);
  return code === 0;
}

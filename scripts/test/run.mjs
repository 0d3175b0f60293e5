import { BUILDS, buildOne } from "../local/build.ts";
import { Interrupted, listenForStop } from "../local/interrupt.mjs";
import { printError, UserError } from "../local/user-error.mjs";
import { runCharts } from "./charts.mjs";
import { runChecks } from "./checks.mjs";
import { runCluster } from "./cluster.mjs";
import { add, countLine, noCounts, one } from "./counts.mjs";
import { checkDockerfiles } from "./dockerfiles.mjs";
import { runStack } from "./stack.mjs";
import { runProject, runStories } from "./vitest-part.mjs";

// The second stage of `npm test`: runs the parts that are named, or all, and ends with one line that counts them.

const INTERRUPTED = 130;
const { signal } = listenForStop({ onForce: () => process.exit(INTERRUPTED) });

/** @typedef {import("./counts.mjs").Counts} Counts */

/** In this order. @type {Record<string, () => Promise<Counts>>} */
const PARTS = {
  check: () => runChecks(signal),
  charts: () => runCharts(signal),
  dockerfiles: () => checkDockerfiles(signal),
  unit: () => runProject("unit", signal),
  local: () => runProject("local", signal),
  integration: () => runProject("integration", signal),
  build: runBuilds,
  e2e: () => runStories(signal),
  cluster: () => runCluster(signal),
  stack: () => runStack(signal),
};

/** @returns {Promise<Counts>} */
async function runBuilds() {
  let counts = noCounts();
  for (const build of Object.values(BUILDS)) {
    let good = true;
    try {
      await buildOne(build, signal);
    } catch (error) {
      signal.throwIfAborted();
      printError(error);
      good = false;
    }
    counts = add(counts, one(good));
  }
  return counts;
}

/** @param {string[]} names */
async function runParts(names) {
  const unknown = names.find((name) => !(name in PARTS));
  if (unknown !== undefined) {
    throw new UserError(`there is no part ${unknown}: name some of ${Object.keys(PARTS).join(", ")}, or none for all`);
  }
  let counts = noCounts();
  for (const [name, part] of Object.entries(PARTS)) {
    if (names.length === 0 || names.includes(name)) {
      const result = await part();
      console.log(`${name}: ${countLine(result)}`);
      counts = add(counts, result);
    }
  }
  console.log(`\n${countLine(counts)}`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await runParts(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Interrupted)) printError(error);
  process.exitCode = error instanceof Interrupted ? INTERRUPTED : 1;
}
// The listeners for signals and for the parent's end would keep this process.
process.exit();

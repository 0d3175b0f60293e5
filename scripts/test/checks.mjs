import { existsSync } from "node:fs";
import path from "node:path";
import { FRONTEND, NODE_MODULES, ROOT } from "../local/paths.mjs";
import { step } from "../local/steps.mjs";
import { run } from "../programs.ts";
import { add, noCounts, one } from "./counts.mjs";

const BIOME = path.join(NODE_MODULES, "@biomejs", "biome", "bin", "biome");
const NEXT = path.join(NODE_MODULES, "next", "dist", "bin", "next");
const TSC = path.join(NODE_MODULES, "typescript", "bin", "tsc");

/** @type {{ title: string, commands: string[][] }[]} */
const CHECKS = [
  { title: "Checking style", commands: [[BIOME, "ci", "--error-on-warnings", "--colors=off", ROOT]] },
  { title: "Checking types of scripts and stories", commands: [[TSC, "-p", ROOT]] },
  ...["contract", "backend"].map((name) => ({
    title: `Checking types of the ${name}`,
    commands: [[TSC, "-p", path.join(ROOT, "services", name)]],
  })),
  {
    title: "Checking types of the frontend",
    // Next writes the types of its routes and style sheets first; they are not kept in the repository.
    commands: [
      [NEXT, "typegen", FRONTEND],
      [TSC, "-p", FRONTEND],
    ],
  },
];

/**
 * Style and types; each check counts as one test.
 * @param {AbortSignal} signal
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
export async function runChecks(signal) {
  let counts = noCounts();
  for (const { title, commands } of CHECKS) counts = add(counts, one(await check(title, commands, signal)));
  return counts;
}

/**
 * @param {string} title
 * @param {string[][]} commands
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>}
 */
async function check(title, commands, signal) {
  const output = await step(title, async () => {
    for (const [program = "", ...args] of commands) {
      const missing = !existsSync(program);
      const result = missing
        ? { code: 1, output: `${program} is missing` }
        : await run(process.execPath, [program, ...args], { cwd: ROOT, signal });
      if (result.code !== 0) return result.output;
    }
    return undefined;
  });
  if (output !== undefined) console.log(`${output.trim()}\n${title}: failed`);
  return output === undefined;
}

import path from "node:path";
import { startArgs } from "../../stack/minikube-profile.ts";
import { findChromium } from "../../test/support/chromium.ts";
import { NODE_PORTS, PROFILE } from "../../test/support/stack/profile.ts";
import { checkDisk } from "../cluster/checks.ts";
import { explanation } from "../cluster/cluster.ts";
import { checkKubectl, checkPrograms } from "../cluster/prerequisites.ts";
import { NODE_MODULES, ROOT } from "../local/paths.mjs";
import { step } from "../local/steps.mjs";
import { asker, run } from "../programs.ts";
import { noCounts } from "./counts.mjs";
import { runProject } from "./vitest-part.mjs";

const VITEST = path.join(NODE_MODULES, "vitest", "vitest.mjs");

/**
 * Runs the tests of the whole stack on a Minikube of their own, or names those that this machine can't run.
 * @param {AbortSignal} signal
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
export async function runStack(signal) {
  const why = (await whatIsMissing(signal)) ?? (await whyMinikubeFails(signal));
  if (why === undefined) {
    return runProject("stack", signal, { ...process.env, CHROMIUM_PATH: findChromium(process.env) });
  }
  // Read without being run, the files would show neither the tests of their parts nor each case of a table.
  const list = [VITEST, "list", "--project", "stack", "--no-static-parse"];
  const { code, output } = await run(process.execPath, list, { cwd: ROOT, signal });
  const names = output.split("\n").filter((line) => line.includes(" > "));
  console.log(`These tests of the stack are skipped: ${why}`);
  console.log(names.map((name) => `  skipped: ${name}`).join("\n"));
  return { ...noCounts(), failed: code === 0 && names.length > 0 ? 0 : 1, skipped: names.length };
}

/** @param {AbortSignal} signal */
async function whatIsMissing(signal) {
  const ask = asker({ signal });
  const needed = [...(await checkPrograms(ask)), await checkKubectl(ask), checkDisk(ROOT)];
  const missing = needed.filter(({ cure }) => cure !== undefined).map(({ name, found }) => `${name}: ${found}`);
  const browser = findChromium(process.env) ? [] : ["no Chromium or Chrome was found"];
  return [...missing, ...browser].join("; ") || undefined;
}

/**
 * Makes the tests' Minikube once to see whether it can be made here.
 * @param {AbortSignal} signal
 */
async function whyMinikubeFails(signal) {
  await run("minikube", ["delete", "-p", PROFILE], { cwd: ROOT, signal });
  const args = [...startArgs(PROFILE, NODE_PORTS, process.env), "--keep-context"];
  const start = () => run("minikube", args, { cwd: ROOT, signal });
  const { code, output } = await step("Making a Minikube for the tests", start);
  return code === 0 ? undefined : `minikube start failed: ${explanation(output)}`;
}

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../local/paths.mjs";
import { failedBuilds, stackOutputs } from "./events.mjs";
import { update } from "./pulumi.mjs";

const SHOWN_LINES = 40;
const LOGS = path.join(ROOT, ".data", "logs");

/**
 * `pulumi up`. When an image can't be built, the last lines of its build follow, which Pulumi itself does not keep.
 * @param {string} stack
 * @param {{ env: NodeJS.ProcessEnv, signal: AbortSignal }} options
 * @returns {Promise<{ page?: string, api?: string } | undefined>} the addresses; undefined when it failed
 */
export async function deploy(stack, options) {
  const { ok, events } = await update("up", stack, options);
  if (!ok) {
    for (const { name, lines } of failedBuilds(events)) {
      showBuild(name, lines);
    }
    return undefined;
  }
  const outputs = stackOutputs(events) ?? {};
  return { page: text(outputs.frontendUrl), api: text(outputs.backendUrl) };
}

/**
 * @param {string} name
 * @param {string[]} lines
 */
function showBuild(name, lines) {
  mkdirSync(LOGS, { recursive: true });
  const file = path.join(LOGS, `build-${name}.log`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  console.error(`\nThe image ${name} could not be built. The last lines of its build (all are in ${file}):\n`);
  console.error(lines.slice(-SHOWN_LINES).join("\n"));
}

/** @param {unknown} value */
function text(value) {
  return typeof value === "string" ? value : undefined;
}

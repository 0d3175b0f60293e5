import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../local/paths.mjs";
import { failedBuilds, stackOutputs } from "./events.ts";
import { type UpdateOptions, update } from "./pulumi.ts";

const SHOWN_LINES = 40;
const LOGS = path.join(ROOT, ".data", "logs");

/** What a deployment tells of itself; `undefined` is what it does not tell, or only as a secret. */
export type DeployedApp = {
  /** Where people open the page. */
  page: string | undefined;
  api: string | undefined;
  /** Where the page answers on this machine. */
  local: string | undefined;
  /** What must run for the others to answer. */
  reach: string | undefined;
  /** How to open the page, in words. */
  open: string | undefined;
};

/**
 * `pulumi up`. When an image can't be built, the last lines of its build follow, which Pulumi itself does not keep.
 * @returns the addresses; undefined when it failed
 */
export async function deploy(stack: string, options: UpdateOptions): Promise<DeployedApp | undefined> {
  const { ok, events } = await update("up", stack, options);
  if (ok) {
    const { frontendUrl, backendUrl, localUrl, next } = stackOutputs(events) ?? {};
    const { reach, open } = Object(next);
    return {
      page: text(frontendUrl),
      api: text(backendUrl),
      local: text(localUrl),
      reach: text(reach),
      open: text(open),
    };
  }
  for (const { name, lines } of failedBuilds(events)) {
    mkdirSync(LOGS, { recursive: true });
    const file = path.join(LOGS, `build-${name}.log`);
    writeFileSync(file, `${lines.join("\n")}\n`);
    console.error(`\nThe image ${name} could not be built. The last lines of its build (all are in ${file}):\n`);
    console.error(lines.slice(-SHOWN_LINES).join("\n"));
  }
  return undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

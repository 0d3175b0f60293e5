import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../local/paths.mjs";
import { failedBuilds, stackOutputs } from "./events.ts";
import { type UpdateOptions, update } from "./pulumi.ts";

const SHOWN_LINES = 40;
const LOGS = path.join(ROOT, ".data", "logs");

/**
 * `pulumi up`. When an image can't be built, the last lines of its build follow, which Pulumi itself does not keep.
 * @returns the addresses; undefined when it failed
 */
export async function deploy(
  stack: string,
  options: UpdateOptions,
): Promise<{ page: string | undefined; api: string | undefined } | undefined> {
  const { ok, events } = await update("up", stack, options);
  if (ok) {
    const { frontendUrl, backendUrl } = stackOutputs(events) ?? {};
    return { page: text(frontendUrl), api: text(backendUrl) };
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

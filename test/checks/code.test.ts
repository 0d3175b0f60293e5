import path from "node:path";
import { describe, it } from "vitest";
import { FRONTEND, NODE_MODULES, ROOT } from "../../scripts/local/paths.mjs";
import { run } from "../../scripts/programs.ts";

const BIOME = path.join(NODE_MODULES, "@biomejs", "biome", "bin", "biome");
const NEXT = path.join(NODE_MODULES, "next", "dist", "bin", "next");
const TSC = path.join(NODE_MODULES, "typescript", "bin", "tsc");

/** A command that finds the faults of types; it keeps what it knows, so that the next time only changes take long. */
function tsc(name: string, folder: string): string[] {
  const known = path.join(NODE_MODULES, ".cache", "todo-types", `${name}.tsbuildinfo`);
  return [TSC, "-p", folder, "--incremental", `--tsBuildInfoFile`, known];
}

// The longest first.
describe.concurrent("the code", () => {
  it.for([
    { what: "types of scripts, tests and the stack", commands: [tsc("root", ROOT)] },
    { what: "types of the backend", commands: [tsc("backend", path.join(ROOT, "services", "backend"))] },
    { what: "style", commands: [[BIOME, "ci", "--error-on-warnings", "--colors=off", ROOT]] },
    // Next writes the types of its routes and style sheets first; they are not kept in the repository.
    { what: "types of the page", commands: [[NEXT, "typegen", FRONTEND], tsc("frontend", FRONTEND)] },
    { what: "types of the contract", commands: [tsc("contract", path.join(ROOT, "services", "contract"))] },
  ])("has no fault: $what", async ({ commands }, { signal }) => {
    for (const command of commands) {
      const { code, output } = await run(process.execPath, command, { cwd: ROOT, signal });
      if (code !== 0) throw new Error(output.trim() || `${command.join(" ")} ended with code ${code}`);
    }
  });
});

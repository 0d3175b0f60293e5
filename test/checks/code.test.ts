import { describe, it } from "vitest";
import { ROOT } from "../../scripts/local/paths.mjs";
import { run } from "../../scripts/programs.ts";
import { STYLE, TYPES } from "../../scripts/test/checks.ts";

describe.concurrent("the code", () => {
  it.for([...TYPES, { what: "style", commands: [[...STYLE, ROOT]] }])(
    "has no fault: $what",
    async ({ commands }, { signal }) => {
      for (const command of commands) {
        const { code, output } = await run(process.execPath, command, { cwd: ROOT, signal });
        if (code !== 0) throw new Error(output.trim() || `${command.join(" ")} ended with code ${code}`);
      }
    },
  );
});

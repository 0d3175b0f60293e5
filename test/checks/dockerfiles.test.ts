import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../scripts/local/paths.mjs";
import { run } from "../../scripts/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { needTool } from "../support/tools.ts";

/** What hadolint finds, even where it only suggests. */
async function lint(hadolint: string, file: string): Promise<{ code: number; output: string }> {
  return run(hadolint, ["--no-color", "--failure-threshold=style", file], { cwd: ROOT });
}

it.for(["Dockerfile.backend", "Dockerfile.frontend"])("hadolint has nothing against %s", async (name, test) => {
  expect(await lint(needTool(test, "hadolint"), path.join(ROOT, name))).toEqual({ code: 0, output: "" });
});

it.for([
  ["FROM debian\n", "DL3006"],
  ["FROM debian:13\nRUN echo 1\nRUN echo 2\n", "DL3059"],
] as const)("hadolint would find %s", async ([text, rule], test) => {
  const file = path.join(tempFolder(), "Dockerfile");
  writeFileSync(file, text);
  const { code, output } = await lint(needTool(test, "hadolint"), file);
  expect(output).toContain(rule);
  expect(code).not.toBe(0);
});

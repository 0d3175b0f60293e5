import path from "node:path";
import { runCommand } from "../command.ts";
import { NODE_MODULES, ROOT } from "../local/paths.mjs";
import { UserError } from "../local/user-error.mjs";
import { asker, run } from "../programs.ts";
import { STYLE, TYPES } from "./checks.ts";

// npm run check:changed [-- branch]: style, types and unit tests of what differs from main, or from another branch;
// committed or not.

const VITEST = path.join(NODE_MODULES, "vitest", "vitest.mjs");
const UNIT = ["--project", "unit", "--project", "unit-isolated"];

/** True when nothing is wrong. */
async function checkChanged(branch: string, signal: AbortSignal): Promise<boolean> {
  const base = (await git("merge-base", branch, "HEAD")).trim();
  const listed = [await git("diff", "--name-only", base), await git("ls-files", "--others", "--exclude-standard")];
  const files = listed.join("\n").split("\n").filter(Boolean);
  const checks = TYPES.filter(({ of }) => files.some((file) => of.test(file)));
  console.log(`${files.length} files differ from ${branch}.`);
  if (files.length === 0) return true;

  let good = true;
  for (const { what, commands } of [
    { what: "style", commands: [[...STYLE, "--changed", `--since=${base}`, "--no-errors-on-unmatched"]] },
    ...checks,
    { what: "unit tests", commands: [[VITEST, "run", ...UNIT, `--changed=${base}`, "--passWithNoTests"]] },
  ]) {
    console.log(`\n${what}`);
    for (const command of commands) {
      const { code } = await run(process.execPath, command, { cwd: ROOT, signal, show: true });
      if (code === 0) continue;
      console.log(`${what}: failed`);
      good = false;
      break;
    }
  }
  return good;
}

async function git(...args: string[]): Promise<string> {
  const answer = await asker({ cwd: ROOT })("git", args);
  if (answer.kind === "done") return answer.stdout;
  throw new UserError(`git ${args.join(" ")}: ${answer.kind === "failed" ? answer.stderr.trim() : answer.kind}`);
}

await runCommand(async (signal) => ((await checkChanged(process.argv[2] ?? "main", signal)) ? 0 : 1));

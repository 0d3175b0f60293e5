import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { machine, type Row, table } from "../../test/support/figures.ts";
import { runCommand } from "../command.ts";
import { NODE_MODULES, ROOT } from "../local/paths.mjs";
import { asker, runGently } from "../programs.ts";

// npm run prove [-- name…]: the proofs at their full length, all of them or those whose file names hold one of the names,
// and then a table of what they found. All together take hours; each says meanwhile how far it is.

const VITEST = path.join(NODE_MODULES, "vitest", "vitest.mjs");

await runCommand(async (signal) => {
  const folder = mkdtempSync(path.join(tmpdir(), "todo-proofs-"));
  const figures = path.join(folder, "figures.jsonl");
  writeFileSync(figures, "");
  try {
    const { code } = await runGently(
      process.execPath,
      [VITEST, "run", "--project", "proofs", ...process.argv.slice(2)],
      {
        cwd: ROOT,
        env: { ...process.env, PROOFS: "long", FIGURES: figures },
        signal,
      },
    );
    const rows: Row[] = readFileSync(figures, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    console.log(`\n${machine()}, commit ${await commit()}, ${new Date().toISOString().slice(0, 10)}\n`);
    console.log(table(rows));
    return code !== 0 || rows.some(({ met }) => met === false) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** The commit that was proved, with a word where files differ from it. */
async function commit(): Promise<string> {
  const answer = await asker({ cwd: ROOT })("git", ["describe", "--always", "--dirty", "--abbrev=7"]);
  return answer.kind === "done" ? answer.stdout.trim() : "unknown";
}

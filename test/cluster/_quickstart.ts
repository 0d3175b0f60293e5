import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../../scripts/local/paths.mjs";
import { excerpt } from "../../scripts/local/steps.mjs";
import { run } from "../../scripts/programs.ts";
import { clusterEnv, minikube } from "./_cluster.ts";

const REMOVAL = /^## Take it down$/m;
const BLOCK = /^```sh\n([\s\S]*?)^```$/gm;

/** The commands of helm/QUICKSTART.md: those that lead to the running app, and those that remove it. */
export function readQuickstart(): { install: string; removal: string } {
  const [before, after, ...more] = readFileSync(path.join(ROOT, "helm", "QUICKSTART.md"), "utf8").split(REMOVAL);
  if (!before || !after || more.length > 0) throw new Error("QUICKSTART has no section that takes it down, or two");
  const [install, removal] = [before, after].map((text) =>
    [...text.matchAll(BLOCK)].map(([, code]) => code).join("\n"),
  );
  if (!install || !removal)
    throw new Error("QUICKSTART has no commands before or after the section that takes it down");
  return { install, removal };
}

/** Runs commands in one Bash as QUICKSTART promises. Throws with the command that failed and what was said last. */
export async function runBash(commands: string, timeoutMs: number): Promise<void> {
  const script = path.join(path.dirname(minikube().kubeconfig), "quickstart.sh");
  writeFileSync(script, `trap 'echo "failed: $BASH_COMMAND" >&2' ERR\n${commands}`);
  const signal = AbortSignal.timeout(timeoutMs);
  const { code, output } = await run("bash", ["-euo", "pipefail", script], { cwd: ROOT, env: clusterEnv(), signal });
  if (code !== 0) throw new Error(`QUICKSTART ended with code ${code}:\n${excerpt(output)}`);
}

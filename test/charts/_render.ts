import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { devNull } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../../scripts/local/paths.mjs";
import { findTool, HOW_TO_GET_TOOLS, KUBERNETES_VERSIONS } from "../../scripts/test/tools.ts";

const execute = promisify(execFile);
const CHARTS_FOLDER = path.join(ROOT, "helm");
const CASE_ENDING = "-values.yaml";
/** Lets helm see neither a cluster of this machine nor its plugins. */
const ALONE = { KUBECONFIG: devNull, HELM_NO_PLUGINS: "1" };

/** The charts' names, which are those of their folders too. */
export const CHARTS = readdirSync(CHARTS_FOLDER).filter((name) =>
  existsSync(path.join(chartFolder(name), "Chart.yaml")),
);

/** Values that a chart is checked with. */
export type Case = { chart: string; name: string; file: string };

export function chartFolder(chart: string): string {
  return path.join(CHARTS_FOLDER, chart);
}

/** The values that a chart is checked with, each a file of its folder `ci`. */
export function casesOf(chart: string): Case[] {
  const folder = path.join(chartFolder(chart), "ci");
  return readdirSync(folder)
    .filter((file) => file.endsWith(CASE_ENDING))
    .map((file) => ({ chart, name: file.slice(0, -CASE_ENDING.length), file: path.join(folder, file) }));
}

export type RenderOptions = {
  /** The chart's folder. */
  chart: string;
  release?: string;
  /** Files of values. */
  values?: readonly string[];
  /** Single values, such as `replicas=3`. */
  set?: readonly string[];
  kubeVersion?: string;
  /** Another helm. */
  program?: string;
};

/** Renders a chart without a cluster, its tests too: YAML documents. Throws with what helm says when it refuses. */
export function render({
  chart,
  release = path.basename(chart),
  values = [],
  set = [],
  kubeVersion = KUBERNETES_VERSIONS.at(-1) ?? "",
  program,
}: RenderOptions): Promise<string> {
  const args = ["template", release, chart, "--namespace=todo", `--kube-version=${kubeVersion}`];
  const chosen = [...values.map((file) => `--values=${file}`), ...set.map((value) => `--set=${value}`)];
  return helm([...args, ...chosen], program);
}

/** Runs helm and gives what it printed on its first channel. Throws with both channels when helm fails. */
export async function helm(args: readonly string[], program = findTool("helm")): Promise<string> {
  if (program === undefined) throw new Error(`helm is missing: ${HOW_TO_GET_TOOLS}`);
  try {
    const options = { cwd: ROOT, env: { ...process.env, ...ALONE }, maxBuffer: 64 * 1024 * 1024 };
    return (await execute(program, args, options)).stdout;
  } catch (error) {
    throw new Error(`helm ${args.join(" ")}\n${outputOf(error)}`);
  }
}

/** Both channels of a program, from what execFile rejects with. */
function outputOf(error: unknown): string {
  const text = (key: string) => (error instanceof Error ? String(Reflect.get(error, key) ?? "") : "");
  return `${text("stdout")}${text("stderr")}` || String(error);
}

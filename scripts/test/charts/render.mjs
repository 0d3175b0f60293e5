import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { devNull } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../../local/paths.mjs";
import { UserError } from "../../local/user-error.mjs";
import { findTool, HOW_TO_GET_TOOLS, KUBERNETES_VERSIONS } from "../tools.mjs";

const execute = promisify(execFile);
const CHARTS_FOLDER = path.join(ROOT, "helm");
const CASE_ENDING = "-values.yaml";
/** Lets helm see neither a cluster of this machine nor its plugins. */
const ALONE = { KUBECONFIG: devNull, HELM_NO_PLUGINS: "1" };

/** The charts' names, which are those of their folders too. */
export const CHARTS = readdirSync(CHARTS_FOLDER).filter((name) =>
  existsSync(path.join(chartFolder(name), "Chart.yaml")),
);

/** @typedef {{ chart: string, name: string, file: string }} Case values that a chart is checked with */

/** @param {string} chart */
export function chartFolder(chart) {
  return path.join(CHARTS_FOLDER, chart);
}

/**
 * The values that a chart is checked with, each a file of its folder `ci`.
 * @param {string} chart
 * @returns {Case[]}
 */
export function casesOf(chart) {
  const folder = path.join(chartFolder(chart), "ci");
  return readdirSync(folder)
    .filter((file) => file.endsWith(CASE_ENDING))
    .map((file) => ({ chart, name: file.slice(0, -CASE_ENDING.length), file: path.join(folder, file) }));
}

/**
 * @typedef {object} RenderOptions
 * @property {string} [chart] the chart's folder
 * @property {string} [release]
 * @property {string[]} [values] files of values
 * @property {string[]} [set] single values, such as `replicas=3`
 * @property {string} [kubeVersion]
 * @property {string} [program] another helm
 * @property {AbortSignal} [signal]
 */

/**
 * Renders a chart without a cluster, its tests too.
 * @param {RenderOptions & { chart: string }} options
 * @returns {Promise<string>} YAML documents
 * @throws an Error with what helm says when it refuses the values
 */
export function render({ chart, release = path.basename(chart), values = [], set = [], ...rest }) {
  const { kubeVersion = KUBERNETES_VERSIONS.at(-1) ?? "", program, signal } = rest;
  const args = ["template", release, chart, "--namespace=todo", `--kube-version=${kubeVersion}`];
  const chosen = [...values.map((file) => `--values=${file}`), ...set.map((value) => `--set=${value}`)];
  return helm([...args, ...chosen], { program, signal });
}

/**
 * Runs helm and returns what it printed on its first channel.
 * @param {string[]} args
 * @param {{ program?: string, signal?: AbortSignal }} [options]
 * @returns {Promise<string>}
 * @throws an Error with both channels when helm fails
 */
export async function helm(args, { program = findTool("helm"), signal } = {}) {
  if (program === undefined) throw new UserError(`helm is missing: ${HOW_TO_GET_TOOLS}`);
  try {
    const options = { cwd: ROOT, env: { ...process.env, ...ALONE }, maxBuffer: 64 * 1024 * 1024, signal };
    return (await execute(program, args, options)).stdout;
  } catch (error) {
    signal?.throwIfAborted();
    throw new Error(`helm ${args.join(" ")}\n${outputOf(error)}`);
  }
}

/** @param {unknown} error what execFile rejects with */
function outputOf(error) {
  const text = (/** @type {string} */ key) => (error instanceof Error ? String(Reflect.get(error, key) ?? "") : "");
  return `${text("stdout")}${text("stderr")}` || String(error);
}

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { step } from "../local/steps.mjs";
import { errorMessage } from "../local/user-error.mjs";
import { run } from "../programs.ts";
import { applyWaivers, score } from "./charts/kube-score.mjs";
import { validate } from "./charts/kubeconform.mjs";
import { writeSchemas } from "./charts/kubernetes-schemas.mjs";
import { CHARTS, casesOf, chartFolder, helm, render } from "./charts/render.mjs";
import { add, noCounts, one } from "./counts.mjs";
import { findApiTypes, findTool, HOW_TO_GET_TOOLS, KUBERNETES_VERSIONS } from "./tools.mjs";
import { runProject, skipProject } from "./vitest-part.mjs";

/** @typedef {import("./counts.mjs").Counts} Counts */
/** @typedef {import("./tools.mjs").ToolName} ToolName */

/**
 * @typedef {object} Check
 * @property {string} title
 * @property {ToolName[]} tools
 * @property {string} [apiTypes] the Kubernetes version whose API types it needs
 * @property {(context: Context) => Promise<string[]>} find the faults, one a line
 */
/** @typedef {{ folder: string, signal: AbortSignal, env: NodeJS.ProcessEnv }} Context `folder` is for scratch */

/** @type {Check[]} */
const CHECKS = [
  ...CHARTS.map((chart) => ({
    title: `helm lint --strict: ${chart}`,
    tools: /** @type {ToolName[]} */ (["helm"]),
    find: (/** @type {Context} */ context) => lint(chart, context),
  })),
  ...KUBERNETES_VERSIONS.map((version) => ({
    title: `kubeconform: all charts, Kubernetes ${version}`,
    tools: /** @type {ToolName[]} */ (["helm", "kubeconform"]),
    apiTypes: version,
    find: (/** @type {Context} */ context) => conform(version, context),
  })),
  { title: "kube-score: all charts", tools: ["helm", "kube-score"], find: scoreAll },
  ...CHARTS.map((chart) => ({
    title: `helm-docs: README of ${chart}`,
    tools: /** @type {ToolName[]} */ (["helm-docs"]),
    find: (/** @type {Context} */ context) => compareReadme(chart, context),
  })),
];

/**
 * Checks the charts without a cluster; each check and each test of `test/charts` counts. What this machine has no tool for
 * is named and counted as skipped, and as failed in CI.
 * @param {AbortSignal} signal
 * @returns {Promise<Counts>}
 */
export async function runCharts(signal) {
  const counts = await checkCharts(signal);
  const tests =
    findTool("helm") || process.env.CI
      ? await runProject("charts", signal)
      : await skipProject("charts", `These tests are skipped, for helm is missing: ${HOW_TO_GET_TOOLS}`, signal);
  return add(counts, tests);
}

/**
 * The part of it that is no test of vitest's.
 * @param {AbortSignal} signal
 * @param {NodeJS.ProcessEnv} [env] says where tools are
 * @returns {Promise<Counts>}
 */
export async function checkCharts(signal, env = process.env) {
  let counts = noCounts();
  const folder = mkdtempSync(path.join(tmpdir(), "todo-charts-"));
  try {
    for (const check of CHECKS) counts = add(counts, await runCheck(check, { folder, signal, env }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return counts;
}

/**
 * @param {Check} check
 * @param {Context} context
 * @returns {Promise<Counts>}
 */
async function runCheck({ title, tools, apiTypes, find }, context) {
  const { env } = context;
  const missing = tools.filter((name) => findTool(name, env) === undefined).map(String);
  if (apiTypes !== undefined && findApiTypes(apiTypes, env) === undefined) {
    missing.push(`the API of Kubernetes ${apiTypes}`);
  }
  if (missing.length > 0) {
    const outcome = env.CI ? "failed" : "skipped";
    console.log(`${title}… ${outcome}, for ${missing.join(" and ")} is missing: ${HOW_TO_GET_TOOLS}`);
    return { ...noCounts(), [outcome]: 1 };
  }
  const faults = await step(title, () => findFaults(find, context));
  if (faults.length > 0) console.log(`${faults.join("\n")}\n${title}: failed`);
  return one(faults.length === 0);
}

/**
 * @param {Check["find"]} find
 * @param {Context} context
 * @returns {Promise<string[]>}
 */
async function findFaults(find, context) {
  try {
    return await find(context);
  } catch (error) {
    context.signal.throwIfAborted();
    return [errorMessage(error)];
  }
}

/**
 * @param {ToolName} name
 * @param {Context} context
 */
function tool(name, { env }) {
  const program = findTool(name, env);
  if (program === undefined) throw new Error(`${name} is missing: ${HOW_TO_GET_TOOLS}`);
  return program;
}

/**
 * @param {string} chart
 * @param {Context} context
 * @returns {Promise<string[]>}
 */
async function lint(chart, { signal }) {
  const faults = [];
  for (const { file } of casesOf(chart)) {
    try {
      await helm(["lint", "--strict", "--quiet", chartFolder(chart), `--values=${file}`], { signal });
    } catch (error) {
      signal.throwIfAborted();
      faults.push(errorMessage(error));
    }
  }
  return faults;
}

/**
 * @param {string} version
 * @param {Context} context
 * @returns {Promise<string[]>}
 */
async function conform(version, context) {
  const schemas = path.join(context.folder, "schemas");
  writeSchemas(findApiTypes(version, context.env) ?? "", version, schemas);
  const files = (await renderMatrix(version, context)).map(({ rendered }) => rendered);
  const { signal } = context;
  return validate(tool("kubeconform", context), files, { schemas, kubernetesVersion: version, signal });
}

/**
 * @param {Context} context
 * @returns {Promise<string[]>}
 */
async function scoreAll(context) {
  const [oldest = ""] = KUBERNETES_VERSIONS;
  const findings = [];
  for (const { chart, name, rendered } of await renderMatrix(oldest, context)) {
    const options = { place: `${chart}/${name}`, kubernetesVersion: oldest, signal: context.signal };
    findings.push(...(await score(tool("kube-score", context), rendered, options)));
  }
  const { faults, idle } = applyWaivers(findings);
  return [
    ...faults.map(({ object, check, comment }) => `${object}: ${check}: ${comment}`),
    ...idle.map(({ check, objects }) => `the waiver of ${check} for ${objects ?? "all"} is not needed any more`),
  ];
}

/**
 * Each case of each chart, rendered for a Kubernetes version.
 * @param {string} version
 * @param {Context} context
 */
async function renderMatrix(version, { folder, signal }) {
  const matrix = [];
  for (const { chart, name, file } of CHARTS.flatMap(casesOf)) {
    const rendered = path.join(folder, version, chart, `${name}.yaml`);
    mkdirSync(path.dirname(rendered), { recursive: true });
    writeFileSync(rendered, await render({ chart: chartFolder(chart), values: [file], kubeVersion: version, signal }));
    matrix.push({ chart, name, rendered });
  }
  return matrix;
}

/**
 * @param {string} chart
 * @param {Context} context
 * @returns {Promise<string[]>}
 */
async function compareReadme(chart, context) {
  const copy = path.join(context.folder, "docs", chart);
  cpSync(chartFolder(chart), copy, { recursive: true });
  const { code, output } = await run(tool("helm-docs", context), ["--log-level=warning"], {
    cwd: copy,
    signal: context.signal,
  });
  const [made, kept] = [copy, chartFolder(chart)].map((folder) => readFileSync(path.join(folder, "README.md"), "utf8"));
  if (code !== 0) return [output];
  return made === kept ? [] : [`helm/${chart}/README.md is not what its values say: run helm-docs in helm`];
}

import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { run } from "../../scripts/programs.ts";
import { KUBERNETES_VERSIONS } from "../../scripts/test/tools.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { needApiTypes, needTool } from "../support/tools.ts";
import { applyWaivers, score } from "./_kube-score.ts";
import { validate } from "./_kubeconform.ts";
import { writeSchemas } from "./_kubernetes-schemas.ts";
import { ALL_CASES } from "./_objects.ts";
import { CHARTS, chartFolder, helm, render } from "./_render.ts";

it.for(ALL_CASES)("helm lint --strict takes $chart, $name", async ({ chart, file }) => {
  await helm(["lint", "--strict", "--quiet", chartFolder(chart), `--values=${file}`]);
});

it.for(KUBERNETES_VERSIONS)("kubeconform: all charts, Kubernetes %s", async (version, test) => {
  const program = needTool(test, "kubeconform");
  const schemas = tempFolder();
  writeSchemas(needApiTypes(test, version), version, schemas);
  const files = (await renderAll(version)).map(({ rendered }) => rendered);
  expect(await validate(program, files, { schemas, kubernetesVersion: version })).toEqual([]);
});

it("kube-score: all charts, and no waiver that is not needed any more", async (test) => {
  const program = needTool(test, "kube-score");
  const [oldest = ""] = KUBERNETES_VERSIONS;
  const findings = [];
  for (const { chart, name, rendered } of await renderAll(oldest)) {
    findings.push(...(await score(program, rendered, { place: `${chart}/${name}`, kubernetesVersion: oldest })));
  }
  expect(applyWaivers(findings)).toEqual({ faults: [], idle: [] });
});

it.for(CHARTS)("helm-docs: the README of %s says what its values say", async (chart, test) => {
  const copy = path.join(tempFolder(), chart);
  cpSync(chartFolder(chart), copy, { recursive: true });
  const { code, output } = await run(needTool(test, "helm-docs"), ["--log-level=warning"], { cwd: copy });
  expect(code, output).toBe(0);
  const [made, kept] = [copy, chartFolder(chart)].map((folder) => readFileSync(path.join(folder, "README.md"), "utf8"));
  expect(made, "run helm-docs in helm").toBe(kept);
});

/** Each case of each chart in a file, rendered for a Kubernetes version. */
async function renderAll(version: string) {
  const folder = tempFolder();
  const matrix = [];
  for (const { chart, name, file } of ALL_CASES) {
    const rendered = path.join(folder, chart, `${name}.yaml`);
    mkdirSync(path.dirname(rendered), { recursive: true });
    writeFileSync(rendered, await render({ chart: chartFolder(chart), values: [file], kubeVersion: version }));
    matrix.push({ chart, name, rendered });
  }
  return matrix;
}

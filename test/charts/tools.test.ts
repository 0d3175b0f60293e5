import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, type TestContext } from "vitest";
import { KUBERNETES_VERSIONS } from "../../scripts/test/tools.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { needApiTypes, needTool } from "../support/tools.ts";
import { applyWaivers, score, WAIVERS } from "./_kube-score.ts";
import { validate } from "./_kubeconform.ts";
import { writeSchemas } from "./_kubernetes-schemas.ts";
import { chartFolder, helm, render } from "./_render.ts";

// The checkers must see what is broken; a checker that finds nothing would pass everything.

const [OLDEST = ""] = KUBERNETES_VERSIONS;

/** A rendered chart in a file, changed by replacing text, which must be there. */
async function broken(chart: string, from: string | RegExp, to: string): Promise<string> {
  const text = await render({ chart: chartFolder(chart) });
  const changed = text.replace(from, to);
  expect(changed === text && from !== to).toBe(false);
  const file = path.join(tempFolder(), "objects.yaml");
  writeFileSync(file, changed);
  return file;
}

describe("kubeconform", () => {
  const conform = async (test: TestContext, version: string, file: string) => {
    const schemas = tempFolder();
    const program = needTool(test, "kubeconform");
    writeSchemas(needApiTypes(test, version), version, schemas);
    return validate(program, [file], { schemas, kubernetesVersion: version });
  };

  it.for([
    { from: "", to: "", fault: "" },
    { from: "serviceAccountName:", to: "serviceAcountName:", fault: "'serviceAcountName' not allowed" },
    { from: "containerPort: 8000", to: 'containerPort: "8000"', fault: "got string, want integer" },
    { from: "maxUnavailable: 0", to: "maxUnavailable: [0]", fault: "maxUnavailable" },
    { from: "name: http\n", to: "nam: http\n", fault: "'nam' not allowed" },
    { from: /\n {2}selector:\n {4}matchLabels:\n( {6}.*\n)+/, to: "\n", fault: "missing property 'selector'" },
    { from: "kind: Deployment", to: "kind: Deplyment", fault: "could not find schema for Deplyment" },
    { from: "apiVersion: apps/v1", to: "apiVersion: apps/v1beta1", fault: "could not find schema for Deployment" },
    { from: "revisionHistoryLimit:", to: "replicas: 1\n  revisionHistoryLimit:", fault: 'key "replicas" already set' },
  ])("finds $fault", async ({ from, to, fault }, test) => {
    const faults = await conform(test, OLDEST, await broken("backend", from, to));
    expect(faults).toHaveLength(fault === "" ? 0 : 1);
    expect(faults.join()).toContain(fault);
  });

  it("knows what only newer versions have", async (test) => {
    // Since 1.32 as a field that every API server knows.
    const file = await broken("backend", "enableServiceLinks: false", "enableServiceLinks: false\n      resources: {}");
    expect((await conform(test, OLDEST, file)).join()).toContain("'resources' not allowed");
    expect(await conform(test, KUBERNETES_VERSIONS.at(-1) ?? "", file)).toEqual([]);
  });
});

describe("kube-score", () => {
  const findings = async (test: TestContext, file: string) => {
    const program = needTool(test, "kube-score");
    const place = "backend/default";
    return applyWaivers(await score(program, file, { place, kubernetesVersion: OLDEST })).faults.map(
      ({ check }) => check,
    );
  };

  it.for([
    { from: "", to: "", check: undefined },
    { from: /readOnlyRootFilesystem: true/g, to: "", check: "container-security-context-readonlyrootfilesystem" },
    {
      from: /allowPrivilegeEscalation: false/g,
      to: "privileged: true",
      check: "container-security-context-privileged",
    },
    { from: /todo-backend:0\.1\.0/g, to: "todo-backend:latest", check: "container-image-tag" },
    { from: /\n +memory: \w+/g, to: "", check: "container-resources" },
    { from: /seccompProfile:\n\s+type: RuntimeDefault/g, to: "", check: "container-seccomp-profile" },
    { from: "type: RollingUpdate", to: "type: Recreate", check: "deployment-strategy" },
    { from: /readinessProbe:[\s\S]*livenessProbe:/, to: "livenessProbe:", check: "pod-probes" },
  ])("finds $check", async ({ from, to, check }, test) => {
    const found = await findings(test, await broken("backend", from, to));
    expect(found).toEqual(check === undefined ? [] : expect.arrayContaining([check]));
  });

  it("is waived for a reason, and only where the waiver says", () => {
    const finding = (object: string, check: string) => ({ object, check, comment: "" });
    const waivers = [{ check: "service-type", objects: /\/Service\/page$/, reason: "a test" }];
    const page = finding("frontend/default/Service/page", "service-type");
    const other = finding("frontend/default/Service/other", "service-type");
    expect(applyWaivers([page, other], waivers)).toEqual({ faults: [other], idle: [] });
    expect(applyWaivers([other], waivers)).toEqual({ faults: [other], idle: waivers });
    expect(WAIVERS.filter(({ reason }) => reason.length < 20)).toEqual([]);
  });
});

describe("helm lint", () => {
  const lint = async (file: string, from: string, to: string) => {
    const chart = path.join(tempFolder(), "backend");
    cpSync(chartFolder("backend"), chart, { recursive: true });
    const text = readFileSync(path.join(chart, file), "utf8");
    writeFileSync(path.join(chart, file), text.replace(from, to));
    return helm(["lint", "--strict", "--quiet", chart]);
  };

  it("takes the chart as it is", async () => {
    await expect(lint("values.yaml", "", "")).resolves.toBeDefined();
  });

  it.each([
    ["Chart.yaml", "version: 0.1.0", "version: one"],
    ["values.yaml", "replicas: 1", "replicas: many"],
    ["templates/service.yaml", "{{- with .Values.service.annotations }}", ""],
    ["templates/service.yaml", "kind: Service", "kind Service"],
  ])("refuses a broken %s: %s", async (file, from, to) => {
    await expect(lint(file, from, to)).rejects.toThrow(/lint/);
  });
});

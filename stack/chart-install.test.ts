import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ResourceTransform } from "@pulumi/pulumi";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Asked, only, runStack } from "./_mocks.ts";
import { ChartInstall, type ChartInstallArgs } from "./chart-install.ts";
import { Cluster } from "./cluster.ts";

const CHART = "kubernetes:helm.sh/v4:Chart";
const RELEASE = "kubernetes:helm.sh/v3:Release";
const home = process.cwd();
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "todo-chart-"));
  process.chdir(folder);
});
beforeEach(() => {
  rmSync("helm", { recursive: true, force: true });
  mkdirSync("helm/backend/templates", { recursive: true });
  writeFileSync("helm/backend/Chart.yaml", "name: backend\nversion: 0.1.0\n");
  writeFileSync("helm/backend/templates/deployment.yaml", "kind: Deployment\n");
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

function install(change: Partial<ChartInstallArgs> = {}, keepData = false): Promise<Asked[]> {
  return runStack(() => {
    const cluster = new Cluster("cluster", { context: "minikube", namespace: "todo", keepData });
    new ChartInstall("backend", { cluster, engine: "chart", values: { replicas: 1 }, moreValues: {}, ...change });
  });
}

it("installs the chart of this repository under its own name in the namespace", async () => {
  const { inputs } = only(await install(), CHART);
  expect(inputs).toMatchObject({
    name: "backend",
    chart: "./helm/backend",
    namespace: "todo",
    values: { replicas: 1 },
  });
});

it("spares Pulumi the wait of 10 s for a Service, and the user's values go before the program's", async () => {
  const moreValues = { replicas: 3, service: { type: "ClusterIP" } };
  const { inputs } = only(await install({ moreValues }), CHART);
  expect(inputs["values"]).toEqual({
    replicas: 3,
    service: { type: "ClusterIP", annotations: { "pulumi.com/skipAwait": "true" } },
  });
});

it("lets the namespace take all objects along, unless the data are to stay", async () => {
  expect(only(await install(), CHART).opts).toHaveProperty("deletedWith");
  expect(only(await install({}, true), CHART).opts).not.toHaveProperty("deletedWith");
});

it("makes each object of the chart anew in a recreated cluster, but gives the chart itself no such option", async () => {
  const [transform] = only(await install(), CHART).opts["transforms"] as ResourceTransform[];
  const args = { type: "kubernetes:apps/v1:Deployment", name: "backend", props: { a: 1 }, opts: { protect: true } };
  expect(await transform?.({ ...args, custom: true })).toMatchObject({
    props: { a: 1 },
    opts: { protect: true, deleteBeforeReplace: true, replacementTrigger: expect.anything() },
  });
  expect(await transform?.({ ...args, custom: false })).toBeUndefined();
});

it("leaves the number of pods to an autoscaler, once there is one", async () => {
  const ignoredOf = async (autoscaling: object, type: string) => {
    const { opts } = only(await install({ moreValues: { autoscaling } }), CHART);
    let given: Parameters<ResourceTransform>[0] = { custom: true, type, name: "backend", props: {}, opts: {} };
    for (const transform of opts["transforms"] as ResourceTransform[]) {
      given = { ...given, ...(await transform(given)) };
    }
    expect(given.opts).toHaveProperty("deleteBeforeReplace");
    return given.opts.ignoreChanges;
  };
  expect(await ignoredOf({ enabled: true }, "kubernetes:apps/v1:Deployment")).toEqual(["spec.replicas"]);
  expect(await ignoredOf({ enabled: true }, "kubernetes:core/v1:Service")).toBeUndefined();
  expect(await ignoredOf({ enabled: false }, "kubernetes:apps/v1:Deployment")).toBeUndefined();
});

it("makes a release that sees every change of the chart's files, by an input that Pulumi compares", async () => {
  const first = only(await install({ engine: "release" }), RELEASE).inputs;
  expect(first).toMatchObject({ chart: "./helm/backend", atomic: true, cleanupOnFail: true, maxHistory: 5 });
  writeFileSync("helm/backend/templates/deployment.yaml", "kind: Deployment\nspec: {}\n");
  const second = only(await install({ engine: "release" }), RELEASE).inputs;
  expect(second["description"]).not.toBe(first["description"]);
});

it("stores no path of this machine in a release", async () => {
  const { inputs } = only(await install({ engine: "release" }), RELEASE);
  expect(JSON.stringify(inputs)).not.toContain(folder);
  cpSync("helm", "elsewhere/helm", { recursive: true });
  process.chdir("elsewhere");
  expect(only(await install({ engine: "release" }), RELEASE).inputs).toEqual(inputs);
  process.chdir(folder);
});

it("makes a release anew in a recreated cluster", async () => {
  expect(only(await install({ engine: "release" }), RELEASE).opts).toMatchObject({ deleteBeforeReplace: true });
});

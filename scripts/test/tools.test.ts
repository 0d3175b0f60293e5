import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { ROOT } from "../local/paths.mjs";
import { checkCharts } from "./charts.mjs";
import { apiTypesFile, findApiTypes, findTool, pinnedFolder, TOOLS } from "./tools.mjs";

/** An environment that has no tool yet, and a way to put programs somewhere. */
function makePlace() {
  const folder = tempFolder();
  const env = { PATH: path.join(folder, "bin"), XDG_CACHE_HOME: path.join(folder, "cache") };
  const put = (file: string) => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, "#!/bin/sh\nexit 1\n");
    chmodSync(file, 0o755);
    return file;
  };
  return { env, put };
}

it("finds a tool on PATH, and rather the pinned one", () => {
  const { env, put } = makePlace();
  expect(findTool("helm", env)).toBeUndefined();
  const onPath = put(path.join(env.PATH, "helm"));
  expect(findTool("helm", env)).toBe(onPath);
  const pinned = put(path.join(pinnedFolder("helm", TOOLS.helm.version, env), "helm"));
  expect(findTool("helm", env)).toBe(pinned);
});

it("takes the Helm that a variable names, and no other when that is missing", () => {
  const { env, put } = makePlace();
  put(path.join(env.PATH, "helm3"));
  const own = put(path.join(env.PATH, "mine", "helm"));
  expect(findTool("helm3", { ...env, HELM3: own })).toBe(own);
  expect(findTool("helm3", { ...env, HELM3: `${own}-gone` })).toBeUndefined();
});

it("finds the API types of the version that is asked for", () => {
  const { env, put } = makePlace();
  put(apiTypesFile("1.34.3", env));
  expect(findApiTypes("1.34.3", env)).toBeDefined();
  expect(findApiTypes("1.30.14", env)).toBeUndefined();
});

it("skips checks of charts without their tools, and fails in CI", async () => {
  const { env } = makePlace();
  const { signal } = new AbortController();
  const { skipped, ...others } = await checkCharts(signal, env);
  expect(others).toEqual({ passed: 0, failed: 0 });
  expect(skipped).toBeGreaterThanOrEqual(9);
  expect(await checkCharts(signal, { ...env, CI: "true" })).toEqual({ passed: 0, failed: skipped, skipped: 0 });
});

it("says what it needs to fetch tools", () => {
  const { env } = makePlace();
  const install = (...names: string[]) => {
    const options = { env, encoding: "utf8", stdio: "pipe" } as const;
    return execFileSync(process.execPath, [path.join(ROOT, "scripts", "test", "install-tools.mjs"), ...names], options);
  };
  expect(() => install("kubeconform")).toThrow("Error: go is not on PATH: install Go, then run this again");
  expect(() => install("hadolint")).toThrow("install Python with pip");
  expect(() => install("helmet")).toThrow("there is no tool helmet: name some of helm, helm3,");
});

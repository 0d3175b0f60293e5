import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { thisMachine } from "./machine.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "todo-machine-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("runs a program without the shell's Docker settings, which Minikube would mix into its answer", () => {
  vi.stubEnv("DOCKER_HOST", "tcp://elsewhere");
  vi.stubEnv("MINIKUBE_ACTIVE_DOCKERD", "x");
  vi.stubEnv("MINIKUBE_HOME", "/kept");
  const script = "process.stdout.write(Object.keys(process.env).join())";
  const result = thisMachine().run(process.execPath, ["-e", script]);
  expect(result.kind).toBe("done");
  const names = result.kind === "done" ? result.stdout.split(",") : [];
  expect(names).toContain("MINIKUBE_HOME");
  expect(names.filter((name) => /^DOCKER_|ACTIVE/.test(name))).toEqual([]);
});

it("tells a failure with its code and words from a program that is missing", () => {
  const { run } = thisMachine();
  expect(run(process.execPath, ["-e", "console.error('why'); process.exit(85)"])).toMatchObject({
    kind: "failed",
    code: 85,
    stderr: "why\n",
  });
  expect(run(path.join(folder, "nothing"), [])).toEqual({ kind: "missing" });
});

it("does not take a file that may not be run for a missing one", () => {
  const file = path.join(folder, "tool");
  writeFileSync(file, "");
  chmodSync(file, 0o644);
  expect(() => thisMachine().run(file, [])).toThrow(/EACCES/);
});

it.each([
  ["/data", "/data/.minikube"],
  ["/data/.minikube", "/data/.minikube"],
])("finds Minikube's folder for MINIKUBE_HOME=%s as Minikube does", (given, home) => {
  vi.stubEnv("MINIKUBE_HOME", given);
  expect(thisMachine().minikubeHome).toBe(path.normalize(home));
});

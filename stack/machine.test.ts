import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { asker } from "../scripts/programs.ts";
import { thisMachine } from "./machine.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "todo-machine-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("runs a program without the shell's Docker settings, which Minikube would mix into its answer", async () => {
  vi.stubEnv("DOCKER_HOST", "tcp://elsewhere");
  vi.stubEnv("MINIKUBE_ACTIVE_DOCKERD", "x");
  vi.stubEnv("MINIKUBE_HOME", "/kept");
  const script = "process.stdout.write(Object.keys(process.env).join())";
  const result = await thisMachine().run(process.execPath, ["-e", script]);
  expect(result.kind).toBe("done");
  const names = result.kind === "done" ? result.stdout.split(",") : [];
  expect(names).toContain("MINIKUBE_HOME");
  expect(names.filter((name) => /^DOCKER_|ACTIVE/.test(name))).toEqual([]);
});

it("tells a failure with its code and words from a program that is missing", async () => {
  const { run } = thisMachine();
  expect(await run(process.execPath, ["-e", "console.error('why'); process.exit(85)"])).toMatchObject({
    kind: "failed",
    code: 85,
    stderr: "why\n",
  });
  expect(await run(path.join(folder, "nothing"), [])).toEqual({ kind: "missing" });
});

it("ends what takes too long", async () => {
  const hangs = asker({ seconds: 0.2 })(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  expect(await hangs).toEqual({ kind: "timeout", seconds: 0.2 });
});

it("leaves nobody waiting for an answer", async () => {
  const asks = "process.stdin.on('end', () => console.log('end')).resume()";
  expect(await thisMachine().run(process.execPath, ["-e", asks])).toEqual({ kind: "done", stdout: "end\n" });
});

it("does not take a file that may not be run for a missing one", async () => {
  const file = path.join(folder, "tool");
  writeFileSync(file, "");
  chmodSync(file, 0o644);
  await expect(thisMachine().run(file, [])).rejects.toThrow(/EACCES/);
});

it.each([
  ["/data", "/data/.minikube"],
  ["/data/.minikube", "/data/.minikube"],
])("finds Minikube's folder for MINIKUBE_HOME=%s as Minikube does", (given, home) => {
  vi.stubEnv("MINIKUBE_HOME", given);
  expect(thisMachine().minikubeHome).toBe(path.normalize(home));
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

let home = "";
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "todo-removal-"));
});
afterEach(() => rmSync(home, { recursive: true }));

/** What Pulumi runs at `pulumi destroy`, on a machine where Minikube was deleted. */
function remove(what: string, properties: object) {
  const env = { ...process.env, MINIKUBE_HOME: home, REMOVAL: JSON.stringify(properties) };
  const program = [path.join(import.meta.dirname, "run.ts"), what];
  const { status, stderr } = spawnSync(process.execPath, program, { env, encoding: "utf8" });
  return { status, stderr };
}

it.each([
  ["images", { minikubeProfile: "minikube", repositories: ["todo-backend"] }],
  ["volumes", { minikubeProfile: "minikube", context: "minikube", namespace: "todo", keepData: false }],
  ["pods", { context: "no-such-context", namespace: "todo", keepData: true }],
])("has nothing to do for %s when all is gone or to stay", (what, properties) => {
  expect(remove(what, properties)).toEqual({ status: 0, stderr: "" });
});

it("fails with one line for Pulumi to show", () => {
  const namespace = "../..";
  const properties = { minikubeProfile: "minikube", context: "minikube", namespace, keepData: false };
  expect(remove("volumes", properties)).toEqual({
    status: 1,
    stderr: expect.stringMatching(/^Error: the state does not say whose volumes to remove: pulumi state delete .*\n$/),
  });
  expect(remove("else", {})).toMatchObject({ status: 1, stderr: expect.stringMatching(/^Error: there is no way/) });
});

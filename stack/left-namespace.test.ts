import { expect, it } from "vitest";
import type { Answer } from "../scripts/programs.ts";
import { recordingMachine } from "./_machine.ts";
import { runStack } from "./_mocks.ts";
import { readSettings } from "./config.ts";
import { findLeftNamespace } from "./left-namespace.ts";

const namespace = (annotations: object, phase = "Active"): Answer => ({
  kind: "done",
  stdout: JSON.stringify({ kind: "Namespace", metadata: { annotations }, status: { phase } }),
});

async function find(answer: Answer, minikubes: Answer = { kind: "missing" }): Promise<[boolean | string, string[]]> {
  const machine = recordingMachine((command) => (command === "kubectl" ? answer : minikubes), undefined);
  let found: boolean | string = "";
  await runStack(async () => {
    found = await findLeftNamespace(readSettings(), machine).catch((error: Error) => error.message);
  });
  return [found, machine.ran];
}

it("takes over what this stack has left, and nothing where there is none", async () => {
  expect(await find(namespace({ "todo/stack": "test" }))).toEqual([
    true,
    ["kubectl --context=minikube get namespace todo --ignore-not-found --output=json"],
  ]);
  expect((await find({ kind: "done", stdout: "" }))[0]).toBe(false);
});

it.each([
  ["another stack's", namespace({ "todo/stack": "prod" }), "that of the stack prod"],
  ["somebody's", namespace({}), "which this program has not made"],
])("refuses %s, with the cure", async (_, answer, said) => {
  const [message] = await find(answer);
  expect(message).toContain(said);
  expect(message).toContain("pulumi config set namespace OTHER");
  expect(message).toContain("annotate --overwrite namespace todo todo/stack=test");
});

it("asks the kubectl that Minikube brings where there is no other", async () => {
  const [found, ran] = await find({ kind: "missing" }, namespace({ "todo/stack": "test" }));
  expect(found).toBe(true);
  expect(ran[1]).toBe("minikube -p minikube kubectl -- get namespace todo --ignore-not-found --output=json");
});

it.each<[string, Answer]>([
  ["is on its way out", namespace({ "todo/stack": "test" }, "Terminating")],
  ["nobody can tell of", { kind: "failed", code: 1, stderr: "no such context" }],
  ["is told of in other words", { kind: "done", stdout: "{" }],
])("leaves it to Kubernetes when it %s", async (_, answer) => {
  expect((await find(answer))[0]).toBe(false);
});

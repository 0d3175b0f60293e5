import { expect, it } from "vitest";
import type { Answer } from "../../scripts/programs.ts";
import { recordingMachine } from "../_machine.ts";
import { endPods } from "./end-pods.ts";

const PROPERTIES = { context: "minikube", namespace: "todo", keepData: false };

const machine = (result: Answer = { kind: "done", stdout: "namespace/todo\n" }) =>
  recordingMachine(() => result, undefined);

it("deletes the namespace if it is ours, and then its pods and claims with a second's grace", async () => {
  const asked = machine();
  await endPods(PROPERTIES, asked);
  expect(asked.ran).toEqual([
    "kubectl --context=minikube delete namespaces --selector=app.kubernetes.io/part-of=todo --field-selector=metadata.name=todo --output=name --wait=false",
    "kubectl --context=minikube delete pods,persistentvolumeclaims --all --grace-period=1 --wait=false --namespace=todo --ignore-not-found",
  ]);
});

it.each([false, true])("leaves what is in somebody else's namespace (keepData: %s)", async (keepData) => {
  const asked = machine({ kind: "done", stdout: "" });
  await endPods({ ...PROPERTIES, keepData }, asked);
  expect(asked.ran).toHaveLength(1);
});

it("ends all but the database when the data are to stay, and deletes neither namespace nor claim", async () => {
  const asked = machine();
  await endPods({ ...PROPERTIES, keepData: true }, asked);
  const which = "--selector=app.kubernetes.io/part-of=todo,app.kubernetes.io/component!=database";
  expect(asked.ran).toEqual([
    "kubectl --context=minikube get namespaces --selector=app.kubernetes.io/part-of=todo --field-selector=metadata.name=todo --output=name",
    `kubectl --context=minikube delete deployments,replicasets ${which} --wait=false --namespace=todo --ignore-not-found`,
    `kubectl --context=minikube delete pods ${which} --grace-period=1 --timeout=15s --namespace=todo --ignore-not-found`,
  ]);
});

it.each<Answer>([
  { kind: "missing" },
  { kind: "timeout", seconds: 60 },
  { kind: "failed", code: 1, stderr: "no such context" },
])("leaves it to Pulumi where kubectl can't: %j", async (result) => {
  await endPods(PROPERTIES, machine(result));
});

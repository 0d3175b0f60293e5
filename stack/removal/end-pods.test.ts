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
    "kubectl --context=minikube delete pods,persistentvolumeclaims --all --namespace=todo --grace-period=1 --wait=false",
  ]);
});

it("leaves what is in somebody else's namespace", async () => {
  const asked = machine({ kind: "done", stdout: "" });
  await endPods(PROPERTIES, asked);
  expect(asked.ran).toHaveLength(1);
});

it("touches nothing when the data are to stay", async () => {
  const asked = machine();
  await endPods({ ...PROPERTIES, keepData: true }, asked);
  expect(asked.ran).toEqual([]);
});

it.each<Answer>([
  { kind: "missing" },
  { kind: "timeout", seconds: 60 },
  { kind: "failed", code: 1, stderr: "no such context" },
])("leaves it to Pulumi where kubectl can't: %j", async (result) => {
  await endPods(PROPERTIES, machine(result));
});

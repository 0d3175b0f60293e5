import type { Machine } from "../machine.ts";

export type PodsToEnd = {
  /** The kubeconfig's context. */
  context: string;
  namespace: string;
  /** Whether the namespace stays when the stack is destroyed; then its pods end in their own time. */
  keepData: boolean;
};

/**
 * Ends a namespace's pods at once, and their claims to volumes, with the namespace. By itself a namespace that is to go
 * tells its pods after 5 s, and looks again after half their longest grace: 36 s in all, though nobody is to be answered
 * any more. A claim waits for its pod, so that one told after 5 s would cost another look.
 * What kubectl can't do here, Pulumi does next by deleting the namespace: slower, and with its own words when it fails.
 */
export async function endPods({ context, namespace, keepData }: PodsToEnd, machine: Machine): Promise<void> {
  if (keepData) return;
  // First the namespace, in which nothing is made from then on: else each pod would have a successor.
  const ours = ["--selector=app.kubernetes.io/part-of=todo", `--field-selector=metadata.name=${namespace}`];
  const kubectl = (...args: string[]) =>
    machine.run("kubectl", [`--context=${context}`, "delete", ...args, "--wait=false"]);
  const deleted = await kubectl("namespaces", ...ours, "--output=name");
  // Of the same name in another cluster it may be somebody else's: nothing is deleted, and nothing in it may be.
  if (deleted.kind === "done" && deleted.stdout.trim() === `namespace/${namespace}`) {
    await kubectl("pods,persistentvolumeclaims", "--all", `--namespace=${namespace}`, "--grace-period=1");
  }
}

import type { Machine } from "../machine.ts";

export type PodsToEnd = {
  /** The kubeconfig's context. */
  context: string;
  namespace: string;
  /** Whether the namespace stays when the stack is destroyed, with its claims to volumes. */
  keepData: boolean;
};

const OURS = "--selector=app.kubernetes.io/part-of=todo";
const WITHOUT_DATA = `${OURS},app.kubernetes.io/component!=database`;

/**
 * Ends a namespace's pods at once, and their claims to volumes, with the namespace. By itself a namespace that is to go
 * tells its pods after 5 s, and looks again after half their longest grace: 36 s in all, though nobody is to be answered
 * any more. A claim waits for its pod, so that one told after 5 s would cost another look.
 * Where the data are to stay, so do the namespace and the claims; the database alone ends in its own time.
 * What kubectl can't do here, Pulumi does next: slower, and with its own words when it fails.
 */
export async function endPods({ context, namespace, keepData }: PodsToEnd, machine: Machine): Promise<void> {
  const kubectl = (...args: string[]) => machine.run("kubectl", [`--context=${context}`, ...args]);
  const within = (...args: string[]) => kubectl("delete", ...args, `--namespace=${namespace}`, "--ignore-not-found");
  const named = ["namespaces", OURS, `--field-selector=metadata.name=${namespace}`, "--output=name"];
  // Without the namespace nothing is made in it from then on: else each pod would have a successor.
  const found = await (keepData ? kubectl("get", ...named) : kubectl("delete", ...named, "--wait=false"));
  // Of the same name in another cluster it may be somebody else's: nothing is deleted, and nothing in it may be.
  if (found.kind !== "done" || found.stdout.trim() !== `namespace/${namespace}`) return;
  if (!keepData) {
    await within("pods,persistentvolumeclaims", "--all", "--grace-period=1", "--wait=false");
    return;
  }
  await within("deployments,replicasets", WITHOUT_DATA, "--wait=false");
  // Until they are gone: the images that they run are removed next.
  await within("pods", WITHOUT_DATA, "--grace-period=1", "--timeout=15s");
}

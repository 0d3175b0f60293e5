import { getStack } from "@pulumi/pulumi";
import { UserError } from "../scripts/local/user-error.mjs";
import { askCluster } from "./ask-cluster.ts";
import type { Settings } from "./config.ts";
import type { Machine } from "./machine.ts";

/** The annotation that tells whose a namespace is. */
export const OWNER = "todo/stack";

/**
 * Whether a namespace is there that an earlier `pulumi destroy` of this stack has left with the data, to be taken over.
 * To be asked by a stack that has made none; where no kubectl can tell, Kubernetes refuses to make it once more.
 * @throws UserError when it is somebody else's
 */
export async function findLeftNamespace(settings: Settings, machine: Machine): Promise<boolean> {
  const { context, namespace } = settings;
  const found = await askCluster(settings, machine, ["namespace", namespace]);
  if (found["kind"] !== "Namespace" || Object(found["status"]).phase === "Terminating") return false;
  const owner = Object(Object(found["metadata"]).annotations)[OWNER];
  if (owner === getStack()) return true;
  throw new UserError(
    `the cluster ${context} has a namespace ${namespace} already, ` +
      `${owner === undefined ? "which this program has not made" : `which is that of the stack ${owner}`}. ` +
      "Take another one, for `pulumi destroy` removes it with all that is in it:\n" +
      "  pulumi config set namespace OTHER\n" +
      "or, if it is this stack's, say so:\n" +
      `  kubectl --context ${context} annotate --overwrite namespace ${namespace} ${OWNER}=${getStack()}`,
  );
}

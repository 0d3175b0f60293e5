import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { Provider } from "@pulumi/kubernetes/provider.js";
import { ComponentResource, type ComponentResourceOptions, getStack, type Output, type Resource } from "@pulumi/pulumi";
import { OWNER } from "./left-namespace.ts";

export type ClusterArgs = {
  /** The kubeconfig's context. */
  context: string;
  /** The namespace to make. */
  namespace: string;
  /** Leave the namespace with the database's volume when the stack is destroyed. */
  keepData: boolean;
  /** Take over the namespace that an earlier `pulumi destroy` has left. */
  takeOver?: boolean;
  /** What may be removed only when nothing runs in the namespace any more. */
  outlivedBy?: Resource[];
};

/** The cluster to deploy to, and the namespace that holds everything this program makes in it. */
export class Cluster extends ComponentResource {
  readonly provider: Provider;
  /** Another value means another cluster, even under the same name: `minikube delete` and `minikube start`. */
  readonly identity: Output<string>;
  readonly namespace: Namespace;
  /** Its name, known when it is there. */
  readonly namespaceName: Output<string>;
  /** For objects in the namespace: whether its deletion takes them along. */
  readonly deletedWith: Namespace | undefined;

  constructor(
    name: string,
    { context, namespace, keepData, takeOver = false, outlivedBy = [] }: ClusterArgs,
    opts?: ComponentResourceOptions,
  ) {
    super("todo:stack:Cluster", name, {}, opts);
    this.provider = new Provider(
      name,
      {
        context,
        // Not from the variable KUBECONFIG, whose value would be stored; empty, the provider reads the same file anew
        // each time, and a port that Minikube moved does no harm.
        kubeconfig: "",
        // Nothing but another context replaces every object.
        clusterIdentifier: context,
        // What `kubectl edit` changed is put right instead of "conflict with kubectl-edit".
        enablePatchForce: true,
        upsertExistingObjects: takeOver,
      },
      // It counts when the namespace is made, and is no change of anything later.
      { parent: this, ignoreChanges: ["upsertExistingObjects"] },
    );
    const opt = { parent: this, provider: this.provider };
    this.identity = Namespace.get("kube-system", "kube-system", opt).metadata.uid;
    this.namespace = new Namespace(
      namespace,
      {
        metadata: {
          name: namespace,
          annotations: { [OWNER]: getStack() },
          labels: {
            "app.kubernetes.io/part-of": "todo",
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/warn": "restricted",
          },
        },
      },
      { ...opt, ...replacedWithCluster(this.identity), retainOnDelete: keepData, dependsOn: outlivedBy },
    );
    this.namespaceName = nameOf(this.namespace, namespace);
    this.deletedWith = keepData ? undefined : this.namespace;
    this.registerOutputs({ identity: this.identity });
  }
}

/**
 * An object's name. A refresh that finds the object gone knows nothing of it any more, and must look at the others all the
 * same: then it is `otherwise`.
 */
export function nameOf({ metadata }: { metadata: Output<{ name: string }> }, otherwise: string): Output<string> {
  return metadata.apply((found: { name: string } | undefined) => found?.name ?? otherwise);
}

/** Options of objects that are gone when the cluster is another one, though Pulumi remembers them. */
export function replacedWithCluster(identity: Output<string>) {
  return { replacementTrigger: identity, deleteBeforeReplace: true };
}

import { CustomResource, type CustomResourceOptions } from "@pulumi/pulumi";
import type { Settings } from "./config.ts";
import type { Minikube } from "./minikube.ts";

export type NamespaceVolumesArgs = {
  minikubeProfile: string;
  /** The kubeconfig's context. */
  context: string;
  namespace: string;
  /** Whether the volumes stay when the stack is destroyed. */
  keepData: boolean;
};

/**
 * The volumes of the namespace in Minikube, as one thing that can be removed: `pulumi destroy` does it when the namespace
 * is gone, for Minikube itself forgets those from before its last start. Pulumi.yaml names the plugin behind it, plugin/.
 */
export class NamespaceVolumes extends CustomResource {
  constructor(name: string, args: NamespaceVolumesArgs, opts?: CustomResourceOptions) {
    super("todo:index:NamespaceVolumes", name, { ...args }, opts);
  }
}

/** @param minikube `undefined` for any other cluster, which removes its volumes by itself */
export function rememberVolumes(
  { context, namespace, keepData }: Settings,
  minikube: Minikube | undefined,
): NamespaceVolumes[] {
  return minikube === undefined
    ? []
    : [new NamespaceVolumes("volumes", { minikubeProfile: minikube.profile, context, namespace, keepData })];
}

import { CustomResource, type CustomResourceOptions } from "@pulumi/pulumi";

export type BuiltImagesArgs = {
  /** Minikube is asked for its daemon again when the time comes: the port may have moved by then. */
  minikubeProfile: string;
  /** Names without tags. */
  repositories: string[];
};

/**
 * All images that this stack ever built into Minikube, as one thing that can be removed: `pulumi destroy` deletes them,
 * which Docker's provider does not. Pulumi.yaml names the plugin behind it, plugin/.
 */
export class BuiltImages extends CustomResource {
  constructor(name: string, { minikubeProfile, repositories }: BuiltImagesArgs, opts?: CustomResourceOptions) {
    super("todo:index:BuiltImages", name, { minikubeProfile, repositories }, opts);
  }
}

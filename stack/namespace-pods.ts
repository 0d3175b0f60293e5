import { CustomResource, type CustomResourceOptions, type Input } from "@pulumi/pulumi";

export type NamespacePodsArgs = {
  /** The kubeconfig's context. */
  context: string;
  namespace: Input<string>;
  /** Whether the namespace stays when the stack is destroyed; then its pods end in their own time. */
  keepData: boolean;
};

/**
 * All pods of the namespace, as one thing that can be removed: `pulumi destroy` ends them at once, together with the
 * namespace, which takes 36 s by itself. Pulumi.yaml names the plugin behind it, plugin/.
 */
export class NamespacePods extends CustomResource {
  constructor(name: string, { context, namespace, keepData }: NamespacePodsArgs, opts?: CustomResourceOptions) {
    super("todo:index:NamespacePods", name, { context, namespace, keepData }, opts);
  }
}

import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { type Output, output, type Resource, secret } from "@pulumi/pulumi";
import type { Cluster } from "./cluster.ts";

export type ContentSecretArgs = {
  cluster: Cluster;
  type?: string;
  /** Values by their keys; what is `undefined` is left out. */
  content: Record<string, Output<string> | string | undefined>;
};

/**
 * A Secret that never changes: new content makes a new one under a new name, so whoever is given the name rolls, and the
 * old one goes when nobody uses it any more. No hash of the content appears anywhere.
 */
export function contentSecret(name: string, args: ContentSecretArgs, parent: Resource): Secret {
  const { cluster, type, content } = args;
  const data: Record<string, Output<string>> = {};
  for (const [key, value] of Object.entries(content)) {
    if (value !== undefined) {
      data[key] = secret(output(value).apply((text) => Buffer.from(text, "utf8").toString("base64")));
    }
  }
  return new Secret(
    name,
    {
      metadata: { namespace: cluster.namespaceName },
      immutable: true,
      data,
      ...(type !== undefined && { type }),
    },
    {
      parent,
      provider: cluster.provider,
      replacementTrigger: cluster.identity,
      ...(cluster.deletedWith !== undefined && { deletedWith: cluster.deletedWith }),
    },
  );
}

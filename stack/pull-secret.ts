import { type Output, output, type Resource } from "@pulumi/pulumi";
import { type Cluster, nameOf } from "./cluster.ts";
import type { RegistryTarget } from "./config.ts";
import { contentSecret } from "./secret.ts";

/**
 * The registry's login for the cluster's nodes.
 * @returns the Secret's name, `undefined` where the nodes pull without one
 */
export function pullSecret(cluster: Cluster, target: RegistryTarget, parent: Resource): Output<string> | undefined {
  const { registry, username, password } = target;
  if (username === undefined || password === undefined) return undefined;
  const [host = registry] = registry.split("/", 1);
  const login = output(password).apply((plain) =>
    JSON.stringify({
      auths: { [host]: { username, password: plain, auth: Buffer.from(`${username}:${plain}`).toString("base64") } },
    }),
  );
  const name = "registry-login";
  const args = { cluster, type: "kubernetes.io/dockerconfigjson", content: { ".dockerconfigjson": login } };
  return nameOf(contentSecret(name, args, parent), name);
}

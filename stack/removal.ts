import { Command } from "@pulumi/command/local/command.js";
import type { CustomResourceOptions, Resource } from "@pulumi/pulumi";
import type { Cluster } from "./cluster.ts";
import type { Settings } from "./config.ts";
import { REPOSITORIES } from "./images.ts";
import type { Minikube } from "./minikube.ts";
import type { Removals } from "./removal/run.ts";

/**
 * Something that only `pulumi destroy` does, because nobody else removes it. What it needs to know lies in the state, so
 * that the program need not run; whatever is asked of Minikube is asked when the time comes.
 */
function onDestroy<What extends keyof Removals>(
  what: What,
  properties: Removals[What],
  opts?: CustomResourceOptions,
): Command {
  const environment = { REMOVAL: JSON.stringify(properties) };
  // Loaded first as with the program: it says which Node is needed, and keeps compiled code.
  const node = "node --require ./stack/preload.cjs";
  return new Command(what, { delete: `${node} stack/removal/run.ts ${what}`, environment }, opts);
}

/**
 * What goes when nothing runs in the namespace any more: the images that were built in Minikube, which Docker's provider
 * leaves, and the namespace's volumes, for Minikube forgets those from before its last start.
 * @param minikube `undefined` for any other cluster, which sees to both by itself
 */
export function removeLast({ context, namespace, keepData }: Settings, minikube: Minikube | undefined): Command[] {
  if (minikube === undefined) return [];
  const minikubeProfile = minikube.profile;
  return [
    onDestroy("images", { minikubeProfile, repositories: REPOSITORIES }),
    onDestroy("volumes", { minikubeProfile, context, namespace, keepData }),
  ];
}

/**
 * All pods of the namespace, ended at once and together with it, which by itself takes 36 s.
 * @param services whose pods they are: Pulumi deletes what depends on them no later than their own objects
 */
export function endPodsFirst(
  { context, namespace, keepData }: Settings,
  cluster: Cluster,
  services: Resource[],
): Command {
  const opts = { parent: cluster, dependsOn: [cluster.namespace, ...services] };
  return onDestroy("pods", { context, namespace, keepData }, opts);
}

import { RunError } from "@pulumi/pulumi";
import { askCluster } from "./ask-cluster.ts";
import type { Settings } from "./config.ts";
import type { Deployed } from "./deployed.ts";
import type { Machine } from "./machine.ts";
import { bytesOf, CLAIM, volumeOf } from "./volume.ts";

/**
 * Refuses another size of the volume where the cluster says that it can't be. Where nobody can tell, Kubernetes refuses
 * it during the update, with its own words and nothing lost.
 * @throws RunError with the cure
 */
export async function refuseGrowth(
  settings: Settings,
  before: Partial<Deployed> | undefined,
  machine: Machine,
): Promise<void> {
  const wanted = volumeOf(settings.chartValues.postgres).size;
  const made = before?.volume?.size;
  if (settings.database.kind !== "cluster" || made === undefined || wanted === made) return;
  const ask = (...what: string[]) => askCluster(settings, machine, what);
  const claim = await ask("persistentvolumeclaim", CLAIM, `--namespace=${settings.namespace}`);
  const now: unknown = Object(Object(claim["status"]).capacity).storage;
  const storageClass: unknown = Object(claim["spec"]).storageClassName;
  if (typeof now !== "string" || typeof storageClass !== "string" || now === wanted) return;
  const refuse = (why: string) => {
    throw new RunError(
      `persistence.size is ${wanted} and the volume has ${now}, ${why}. Nothing is changed; set it back:\n` +
        `  pulumi config set --path chartValues.postgres.persistence.size ${now}`,
    );
  };
  if (bytesOf(wanted) < bytesOf(now)) refuse("and volumes do not shrink");
  const found = await ask("storageclass", storageClass);
  if (found["kind"] === "StorageClass" && found["allowVolumeExpansion"] !== true) {
    refuse(`and its storage class ${storageClass} lets none grow (allowVolumeExpansion)`);
  }
}

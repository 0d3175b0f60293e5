import { PersistentVolumeClaimPatch } from "@pulumi/kubernetes/core/v1/persistentVolumeClaimPatch.js";
import { ComponentResource, type ComponentResourceOptions, interpolate, type Output, secret } from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { ChartInstall } from "./chart-install.ts";
import { type Cluster, nameOf, replacedWithCluster } from "./cluster.ts";
import type { ChartValues, HelmEngine, Settings } from "./config.ts";
import { mergeValues } from "./merge-values.ts";
import { contentSecret } from "./secret.ts";
import { CLAIM, type Volume, volumeOf } from "./volume.ts";

export type DatabaseArgs = {
  cluster: Cluster;
  helmEngine: HelmEngine;
  /** `undefined` makes one once. */
  password: Output<string> | undefined;
  /** The volume as it was made, or is to be. */
  volume: Volume;
  /** More values of the chart; another size than the volume was made with lets it grow. */
  values: ChartValues;
};

/** How the API reaches its database. */
export type DatabaseAddress = {
  url: Output<string>;
  /** Past a transaction pooler, for migrations; `undefined` where `url` leads through none. */
  directUrl: Output<string> | undefined;
};

const LENGTH = 32;

/**
 * The database of the configuration: one in the cluster, or one that is there already.
 * @param volume as an earlier run has made it; `null` when none has
 */
export function connectDatabase(
  { database, helmEngine, chartValues }: Settings,
  volume: Volume | null,
  cluster: Cluster,
): DatabaseAddress {
  return database.kind === "own"
    ? database
    : new Database("database", {
        cluster,
        helmEngine,
        volume: volume ?? volumeOf(chartValues.postgres),
        password: database.password,
        values: chartValues.postgres,
      });
}

/** PostgreSQL in the cluster, for one stack alone. */
export class Database extends ComponentResource implements DatabaseAddress {
  /** `postgres://…`, as a pod of the same namespace reaches it. */
  readonly url: Output<string>;
  readonly directUrl = undefined;

  constructor(name: string, args: DatabaseArgs, opts?: ComponentResourceOptions) {
    super("todo:stack:Database", name, {}, opts);
    const { cluster, helmEngine, volume, values } = args;
    const password = args.password ?? this.#makeOnce();
    // The chart sets it before each start, so whatever data are on the volume, they open with this one.
    const credentials = contentSecret("postgres-secrets", { cluster, content: { password } }, this);
    this.url = secret(interpolate`postgres://todo:${secret(password).apply(encodeURIComponent)}@postgres:5432/todo`);

    const { enabled, size, storageClassName } = volume;
    const chart = new ChartInstall(
      "postgres",
      {
        cluster,
        engine: helmEngine,
        // Only the namespace's end takes the volume along: what holds it may be deleted and made anew.
        values: { secret: { name: nameOf(credentials, "postgres-secrets") }, persistence: { whenDeleted: "Retain" } },
        // No volume changes by these, so neither does what holds it, which would be made anew.
        moreValues: mergeValues(values, { persistence: { enabled, size, storageClassName } }),
      },
      { parent: this },
    );
    this.#grow(volume, volumeOf(values), cluster, chart);
    this.registerOutputs({});
  }

  /** Asks for more room than the volume was made with, where `refuseGrowth` has nothing against it. */
  #grow(made: Volume, wanted: Volume, cluster: Cluster, chart: ChartInstall): void {
    if (!made.enabled || wanted.size === made.size) return;
    new PersistentVolumeClaimPatch(
      "volume-size",
      {
        metadata: {
          name: CLAIM,
          namespace: cluster.namespaceName,
          // Kubernetes has written the first size; this one takes its place.
          annotations: { "pulumi.com/patchForce": "true" },
        },
        spec: { resources: { requests: { storage: wanted.size } } },
      },
      {
        parent: this,
        provider: cluster.provider,
        dependsOn: chart,
        // Taking a request back would leave a claim without any.
        retainOnDelete: true,
        ...replacedWithCluster(cluster.identity),
      },
    );
  }

  #makeOnce(): Output<string> {
    const made = new RandomPassword(
      "database-password",
      { length: LENGTH, special: false },
      // A new one would restart the database.
      { parent: this, ignoreChanges: ["*"] },
    );
    return secret(made.result);
  }
}

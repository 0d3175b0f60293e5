import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import { Chart } from "@pulumi/kubernetes/helm/v4/chart.js";
import { ComponentResource, type ComponentResourceOptions, type Inputs, type ResourceTransform } from "@pulumi/pulumi";
import { type Cluster, replacedWithCluster } from "./cluster.ts";
import type { ChartName, ChartValues, HelmEngine } from "./config.ts";
import { folderTag } from "./content-tag.ts";
import { mergeValues } from "./merge-values.ts";

export type ChartInstallArgs = {
  cluster: Cluster;
  engine: HelmEngine;
  /** What this program decides. Secrets have no place here, only their names. */
  values: Inputs;
  /** What the user wrote; it goes before `values`. */
  moreValues: ChartValues;
};

const RELEASE_TIMEOUT_SECONDS = 600;

/**
 * One of the charts under helm/, under its own name, from the same files that plain Helm installs.
 * `chart` lets Pulumi track, compare and await every object; `release` makes a Helm release of it.
 */
export class ChartInstall extends ComponentResource {
  constructor(
    name: ChartName,
    { cluster, engine, values, moreValues }: ChartInstallArgs,
    opts?: ComponentResourceOptions,
  ) {
    super("todo:stack:ChartInstall", name, {}, opts);
    const chart = `./helm/${name}`;
    const allValues = mergeValues(mergeValues(COMMON, values), moreValues);
    const isScaled = Object(allValues["autoscaling"]).enabled === true;
    const common = { name, chart, namespace: cluster.namespaceName, values: allValues };
    const options = {
      parent: this,
      provider: cluster.provider,
      ...(cluster.deletedWith !== undefined && { deletedWith: cluster.deletedWith }),
    };
    if (engine === "chart") {
      new Chart(name, common, {
        ...options,
        transforms: [objectsReplacedWith(cluster), ...(isScaled ? [scaledByOthers] : [])],
      });
    } else {
      new Release(
        name,
        {
          ...common,
          // Pulumi upgrades a local chart only when an input changes, so what is in its files is made one.
          description: `${name} ${folderTag(chart)}`,
          atomic: true,
          cleanupOnFail: true,
          maxHistory: 5,
          timeout: RELEASE_TIMEOUT_SECONDS,
        },
        { ...options, ...replacedWithCluster(cluster.identity) },
      );
    }
    this.registerOutputs({});
  }
}

const COMMON = {
  // Pulumi would wait 10 s after each change of a Service's endpoints, and the pods' readiness says the same before.
  service: { annotations: { "pulumi.com/skipAwait": "true" } },
};

/** The chart is rendered far from here, so its objects get their options on the way. */
function objectsReplacedWith(cluster: Cluster): ResourceTransform {
  return ({ custom, props, opts }) =>
    custom ? { props, opts: { ...opts, ...replacedWithCluster(cluster.identity) } } : undefined;
}

/** An autoscaler chooses how many pods there are, from what runs on; whatever an update brings must not. */
const scaledByOthers: ResourceTransform = ({ type, props, opts }) =>
  type === "kubernetes:apps/v1:Deployment" ? { props, opts: { ...opts, ignoreChanges: ["spec.replicas"] } } : undefined;

import { ComponentResource, type ComponentResourceOptions, type Inputs, type Output } from "@pulumi/pulumi";
import { ChartInstall } from "./chart-install.ts";
import type { Cluster } from "./cluster.ts";
import type { ChartValues, HelmEngine, ServiceSettings } from "./config.ts";
import { DEFAULTS } from "./defaults.ts";
import type { AppImage } from "./image.ts";

export type ServiceArgs = ServiceSettings & {
  cluster: Cluster;
  helmEngine: HelmEngine;
  image: AppImage;
  /** Whether nodes get the image from a registry. Without one a missing image is an error, not a question to Docker Hub. */
  fromRegistry: boolean;
  /** The Secret with the registry's login. */
  pullSecret: Output<string> | undefined;
  /** The name of the Secret with what the pods need. */
  secret: Output<string>;
  /** What only this chart has. */
  values: Inputs;
  /** More values of the chart, as the user wrote them. */
  moreValues: ChartValues;
};

/** The page or the API: its image, its Secret and its chart brought together. */
export class Service extends ComponentResource {
  constructor(name: "frontend" | "backend", args: ServiceArgs, opts?: ComponentResourceOptions) {
    super("todo:stack:Service", name, {}, opts);
    const { cluster, helmEngine, image, fromRegistry, pullSecret, secret, replicas, nodePort, values, moreValues } =
      args;
    new ChartInstall(
      name,
      {
        cluster,
        engine: helmEngine,
        values: {
          replicas,
          image: { repository: image.repository, tag: image.tag, pullPolicy: fromRegistry ? "IfNotPresent" : "Never" },
          imagePullSecrets: pullSecret === undefined ? [] : [{ name: pullSecret }],
          // A new content is a new name; looking the Secret up would make preview and update differ.
          secret: { name: secret, rollOnChange: false },
          service: { nodePort },
          autoscaling: neverFewerThan(replicas),
          ...values,
        },
        moreValues,
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** An autoscaler that is turned on takes none away of the pods that run; the chart's own numbers count where they are higher. */
function neverFewerThan(replicas: number) {
  const { minReplicas, maxReplicas } = DEFAULTS.autoscaling;
  return { minReplicas: Math.max(minReplicas, replicas), maxReplicas: Math.max(maxReplicas, replicas) };
}

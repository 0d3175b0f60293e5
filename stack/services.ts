import type { AppSecrets } from "./app-secrets.ts";
import type { Cluster } from "./cluster.ts";
import type { Settings } from "./config.ts";
import type { Images } from "./images.ts";
import { pullSecret } from "./pull-secret.ts";
import { Service } from "./service.ts";

/** Page and API in the cluster. Neither waits for the other, nor for the database: their pods do. */
export function installServices(settings: Settings, cluster: Cluster, images: Images, secrets: AppSecrets): Service[] {
  const { target, helmEngine, openai, chartValues } = settings;
  const common = {
    cluster,
    helmEngine,
    fromRegistry: target.kind === "registry",
    pullSecret: target.kind === "registry" ? pullSecret(cluster, target, cluster) : undefined,
  };
  const frontend = new Service("frontend", {
    ...common,
    ...settings.frontend,
    image: images.frontend,
    secret: secrets.frontend,
    values: { backendUrl: "http://backend:8000" },
    moreValues: chartValues.frontend,
  });
  const backend = new Service("backend", {
    ...common,
    ...settings.backend,
    image: images.backend,
    secret: secrets.backend,
    values: { openai: { baseUrl: openai.baseUrl, model: openai.model } },
    moreValues: chartValues.backend,
  });
  return [frontend, backend];
}

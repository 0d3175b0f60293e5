// First, so that Minikube is asked while the other modules load.
import "./stack/start.ts";
import { AppSecrets } from "./stack/app-secrets.ts";
import { Cluster } from "./stack/cluster.ts";
import { connectDatabase } from "./stack/database.ts";
import { deployedBy } from "./stack/deployed.ts";
import { buildImages } from "./stack/images.ts";
import { findAddresses, nextCommands, tellAddresses } from "./stack/outputs.ts";
import { endPodsFirst, removeLast } from "./stack/removal.ts";
import { installServices } from "./stack/services.ts";
import { settings, start } from "./stack/start.ts";

const { minikube, before, takeOver } = await start;
export const deployed = deployedBy(settings, before);
const addresses = findAddresses(settings, minikube);

const cluster = new Cluster("cluster", { ...settings, takeOver, outlivedBy: removeLast(settings, minikube) });
const images = buildImages(settings, minikube, cluster);
const database = connectDatabase(settings, deployed.volume, cluster);
const secrets = new AppSecrets("secrets", {
  cluster,
  authSecret: settings.authSecret,
  authUrl: settings.authUrl ?? addresses.frontend,
  openaiApiKey: settings.openai.apiKey,
  databaseUrl: database.url,
  databaseDirectUrl: database.directUrl,
});
endPodsFirst(settings, cluster, installServices(settings, cluster, images, secrets));

export const { frontendUrl, backendUrl, localUrl } = tellAddresses(settings, addresses);
export const imageNames = { frontend: images.frontend.imageName, backend: images.backend.imageName };
export const namespace = cluster.namespaceName;
export const next = nextCommands(settings, addresses);

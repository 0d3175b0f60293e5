// First, so that Minikube is asked while the other modules load.
import "./stack/start.ts";
import { AppSecrets } from "./stack/app-secrets.ts";
import { Cluster } from "./stack/cluster.ts";
import { connectDatabase } from "./stack/database.ts";
import { buildImages } from "./stack/images.ts";
import { findAddresses, nextCommands } from "./stack/outputs.ts";
import { removeLast } from "./stack/removal.ts";
import { installServices } from "./stack/services.ts";
import { minikube as asked, settings } from "./stack/start.ts";

const minikube = await asked;
const addresses = findAddresses(settings, minikube);

const cluster = new Cluster("cluster", { ...settings, outlivedBy: removeLast(settings, minikube) });
const images = buildImages(settings, minikube, cluster);
const database = connectDatabase(settings, cluster);
const secrets = new AppSecrets("secrets", {
  cluster,
  authSecret: settings.authSecret,
  authUrl: settings.authUrl ?? addresses.frontend,
  openaiApiKey: settings.openai.apiKey,
  databaseUrl: database.url,
  databaseDirectUrl: database.directUrl,
});
installServices(settings, cluster, images, secrets);

export const frontendUrl = addresses.frontend;
export const backendUrl = addresses.backend;
export const imageNames = { frontend: images.frontend.imageName, backend: images.backend.imageName };
export const namespace = cluster.namespaceName;
export const next = nextCommands(settings, addresses);

import { Provider } from "@pulumi/docker/provider.js";
import { baseArgs } from "./base-images.ts";
import type { Cluster } from "./cluster.ts";
import type { Settings } from "./config.ts";
import { dockerDaemon } from "./docker-daemon.ts";
import { AppImage } from "./image.ts";
import { thisMachine } from "./machine.ts";
import type { Minikube } from "./minikube.ts";

export type Images = {
  frontend: AppImage;
  backend: AppImage;
};

const FRONTEND = "todo-frontend";
const BACKEND = "todo-backend";
export const REPOSITORIES = [FRONTEND, BACKEND];

/**
 * Both images, built by Minikube's daemon or by this machine's, which pushes them.
 * @param minikube `undefined` for a registry
 */
export function buildImages(
  { target, platform, isPinned, rebuild }: Settings,
  minikube: Minikube | undefined,
  cluster: Cluster,
): Images {
  const login =
    target.kind === "registry" && target.username !== undefined && target.password !== undefined
      ? { username: target.username, password: target.password }
      : undefined;
  const common = {
    context: ".",
    platform,
    rebuild,
    registry: target.kind === "registry" ? target.registry : undefined,
    login,
    provider: dockerProvider(minikube),
    // A new Minikube has none of the images; a registry keeps them.
    builtIn: minikube && cluster.identity,
    pruneIn: minikube && dockerDaemon(minikube.dockerHost, minikube.certPath, thisMachine().run),
  };
  return {
    frontend: new AppImage(FRONTEND, {
      ...common,
      dockerfile: "Dockerfile.frontend",
      buildArgs: baseArgs("frontend", isPinned),
    }),
    backend: new AppImage(BACKEND, {
      ...common,
      dockerfile: "Dockerfile.backend",
      buildArgs: baseArgs("backend", isPinned),
    }),
  };
}

/**
 * Minikube's daemon is named explicitly, so a DOCKER_HOST of the shell does not count; and with `certPath`, not with the
 * keys themselves, for which the provider would let DOCKER_HOST win.
 */
function dockerProvider(minikube: Minikube | undefined): Provider {
  return minikube === undefined
    ? new Provider("docker")
    : new Provider("minikube", { host: minikube.dockerHost, certPath: minikube.certPath });
}

import { getStack, type Input, type Output, output } from "@pulumi/pulumi";
import type { Settings } from "./config.ts";
import { forStack } from "./defaults.ts";
import type { Minikube } from "./minikube.ts";

/** Where page and API answer on this machine, as far as it can tell before anything runs. */
export type Addresses = {
  frontend: string;
  backend: string;
  /** Commands that must run first for the two addresses to answer; none where they answer by themselves. */
  first: { frontend: string; backend: string } | undefined;
};

const FRONTEND_PORT = 3000;
const BACKEND_PORT = 8000;

/**
 * The addresses on this machine: published ports, else the node's own address where this machine reaches it, else those
 * that `kubectl port-forward` opens.
 * @param minikube `undefined` for any other cluster
 */
export function findAddresses(
  { context, namespace, frontend, backend }: Settings,
  minikube: Minikube | undefined,
): Addresses {
  const published = [frontend.nodePort, backend.nodePort].map((port) => minikube?.published.get(port));
  const [page, api] = published;
  if (page !== undefined && api !== undefined) {
    return { frontend: `http://localhost:${page}`, backend: `http://localhost:${api}`, first: undefined };
  }
  const node = minikube?.nodeAddress;
  if (node !== undefined) {
    return {
      frontend: `http://${node}:${frontend.nodePort}`,
      backend: `http://${node}:${backend.nodePort}`,
      first: undefined,
    };
  }
  const forward = (service: string, port: number, servicePort: number) =>
    `kubectl --context ${context} --namespace ${namespace} port-forward service/${service} ${port}:${servicePort}`;
  return {
    frontend: `http://localhost:${frontend.nodePort}`,
    backend: `http://localhost:${backend.nodePort}`,
    first: {
      frontend: forward("frontend", frontend.nodePort, FRONTEND_PORT),
      backend: forward("backend", backend.nodePort, BACKEND_PORT),
    },
  };
}

/** What is told of the addresses: only those where somebody answers. */
export type Told = {
  /** Where people open the page, which counts for signing in; `undefined` while a command must run first. */
  frontendUrl: Output<string> | string | undefined;
  backendUrl: string | undefined;
  /** Where the page answers on this machine, whatever its people open. */
  localUrl: string | undefined;
};

export function tellAddresses({ authUrl }: Settings, { frontend, backend, first }: Addresses): Told {
  const localUrl = first === undefined ? frontend : undefined;
  return { frontendUrl: authUrl ?? localUrl, backendUrl: first === undefined ? backend : undefined, localUrl };
}

/** What to type next, by what it does. */
export function nextCommands(
  { context, namespace, authUrl }: Settings,
  { frontend, first }: Addresses,
): Record<string, Input<string>> {
  const kubectl = `kubectl --context ${context} --namespace ${namespace}`;
  // At another address than that of `authUrl` nobody can sign in.
  const needsOne = first !== undefined && authUrl === undefined;
  const forwards = [...(needsOne ? [first.frontend] : []), ...(first === undefined ? [] : [first.backend])];
  return {
    ...(forwards.length > 0 && { reach: forwards.map((command) => `${command} &`).join(" ") }),
    open: output(authUrl ?? frontend).apply(
      (address) => `${address} in a browser${needsOne ? ", while what `reach` says runs" : ""}`,
    ),
    pods: `${kubectl} get pods`,
    logs: `${kubectl} logs --selector app.kubernetes.io/part-of=todo --all-containers --prefix --follow`,
    remove: `npm run down${forStack(getStack())}`,
  };
}

import type { Settings } from "./config.ts";
import type { Minikube } from "./minikube.ts";

/** Where page and API answer, as far as this machine can tell before anything runs. */
export type Addresses = {
  frontend: string;
  backend: string;
  /** Commands that must run first for the two addresses to answer; none where they answer by themselves. */
  first: string[];
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
    return { frontend: `http://localhost:${page}`, backend: `http://localhost:${api}`, first: [] };
  }
  const node = minikube?.nodeAddress;
  if (node !== undefined) {
    return {
      frontend: `http://${node}:${frontend.nodePort}`,
      backend: `http://${node}:${backend.nodePort}`,
      first: [],
    };
  }
  const forward = (service: string, port: number, servicePort: number) =>
    `kubectl --context ${context} --namespace ${namespace} port-forward service/${service} ${port}:${servicePort}`;
  return {
    frontend: `http://localhost:${frontend.nodePort}`,
    backend: `http://localhost:${backend.nodePort}`,
    first: [forward("frontend", frontend.nodePort, FRONTEND_PORT), forward("backend", backend.nodePort, BACKEND_PORT)],
  };
}

/** What to type next, by what it does. */
export function nextCommands(
  { context, namespace, target }: Settings,
  { frontend, first }: Addresses,
): Record<string, string> {
  const kubectl = `kubectl --context ${context} --namespace ${namespace}`;
  return {
    ...(first.length > 0 && { reach: first.map((command) => `${command} &`).join(" ") }),
    open: `${frontend} in a browser`,
    pods: `${kubectl} get pods`,
    logs: `${kubectl} logs --selector app.kubernetes.io/part-of=todo --all-containers --prefix --follow`,
    remove: target.kind === "minikube" ? "npm run down" : "pulumi destroy --run-program",
  };
}

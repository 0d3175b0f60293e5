import { UserError } from "../scripts/local/user-error.mjs";
import { DEFAULTS } from "./defaults.ts";
import type { Machine } from "./machine.ts";

/** What Minikube wrote down about a profile when it was made. */
export type Profile = {
  name: string;
  driver: string;
  /** `docker`, `containerd` or `cri-o`. */
  runtime: string;
  nodes: number;
  cpus: number | undefined;
  memoryMb: number | undefined;
  /** The node's port to this machine's. */
  published: ReadonlyMap<number, number>;
};

type Fit = Pick<Profile, "name" | "driver" | "runtime" | "nodes">;

/** `half-made`: it was begun and never came to a Kubernetes, so nothing is in it. */
export type State = "none" | "half-made" | "stopped" | "running" | "broken";

/** What a new Minikube is started with; Minikube's own variables of the same name (`MINIKUBE_CPUS`) choose otherwise. */
const START = { driver: "docker", "container-runtime": "docker", cpus: "2", memory: "3g" };

/** Reads a profile without starting Minikube; `undefined` when there is none, or none that reads as expected. */
export function readProfile(name: string, machine: Machine): Profile | undefined {
  const config = parseObject(machine.read(machine.minikubeHome, "profiles", name, "config.json") ?? "");
  if (config === undefined) return undefined;
  const { Driver, KubernetesConfig, Nodes, CPUs, Memory, ExposedPorts } = config;
  return {
    name,
    driver: textOr(Driver, ""),
    runtime: textOr(Object(KubernetesConfig).ContainerRuntime, "docker"),
    nodes: Array.isArray(Nodes) ? Nodes.length : 1,
    cpus: typeof CPUs === "number" ? CPUs : undefined,
    memoryMb: typeof Memory === "number" ? Memory : undefined,
    published: publishedPorts(ExposedPorts),
  };
}

/** The profiles that exist. */
export function profileNames(machine: Machine): string[] {
  const { minikubeHome } = machine;
  const names = machine.list(minikubeHome, "profiles");
  return names.filter((name) => machine.exists(minikubeHome, "profiles", name, "config.json"));
}

/** Whether a profile runs, what it is, and whether its node stands still, so that the ports are not its own. */
export async function askMinikube(
  name: string,
  machine: Machine,
): Promise<{ state: State; profile: Profile | undefined; still: boolean }> {
  const status = await machine.run("minikube", ["status", "-p", name, "-o", "json"]);
  if (status.kind === "missing") throw new UserError("minikube is not on PATH: npm run doctor says where to get it");
  const profile = readProfile(name, machine);
  // Where something stands still it tells that with its exit code, too.
  const said = status.kind === "timeout" ? "" : (status.stdout ?? "");
  if (profile === undefined) return { profile, state: "none", still: true };
  const told = parseObject(said) ?? {};
  const state = stateOf(told);
  const finished = state === "running" || wasFinished(name, machine);
  return { profile, state: finished ? state : "half-made", still: told["Host"] === "Stopped" };
}

/** Minikube writes the keys of the API server once the node is there, before Kubernetes starts for the first time. */
function wasFinished(name: string, machine: Machine): boolean {
  return machine.exists(machine.minikubeHome, "profiles", name, "apiserver.crt");
}

/** @param status one object, or the first of a list when there are several nodes; empty when Minikube told in prose */
function stateOf({ Host, APIServer, Kubelet }: Record<string, unknown>): State {
  if (Host === "Running" && APIServer === "Running" && Kubelet === "Running") return "running";
  return Host === "Stopped" || Host === "Paused" || APIServer === "Stopped" ? "stopped" : "broken";
}

/** What keeps a profile from serving this project, each with its cure. */
export function profileFaults({ name, driver, runtime, nodes }: Fit): { fault: string; cure: string }[] {
  const anew = `minikube delete -p ${name} && ${startCommand(name)}`;
  const faults: { fault: string; cure: string }[] = [];
  if (driver === "none") {
    faults.push({ fault: 'uses the driver "none", which has no Docker daemon of its own', cure: startCommand(name) });
  }
  if (runtime !== "docker") {
    const why = "which has no Docker daemon to build images in (Minikube 1.39 and newer take it unless told otherwise)";
    faults.push({ fault: `runs ${runtime}, ${why}`, cure: anew });
  }
  if (nodes > 1) {
    faults.push({ fault: `has ${nodes} nodes, and an image built in one is not in the others`, cure: anew });
  }
  return faults;
}

/**
 * The flags that make a cluster as the README says. The page and the API are published, so that they are reachable as
 * localhost on every system without a tunnel, which is only possible at creation.
 */
export function startArgs(profile: string, nodePorts: number[], env: NodeJS.ProcessEnv): string[] {
  const flags = Object.entries({ ...START, ports: publish(nodePorts) }).map(([name, value]) => {
    const chosen = env[`MINIKUBE_${name.replaceAll("-", "_").toUpperCase()}`]?.trim();
    return `--${name}=${chosen || value}`;
  });
  return ["start", "-p", profile, ...flags];
}

/** What to type to start a profile that fits. `npm run up` does the same with the ports of the settings. */
export function startCommand(profile: string): string {
  const ports = [DEFAULTS.frontend.nodePort, DEFAULTS.backend.nodePort];
  return ["minikube", ...startArgs(profile, ports, {})].join(" ");
}

/** The ports of this machine that a new cluster takes. */
export function startPorts(nodePorts: number[], env: NodeJS.ProcessEnv): number[] {
  const entries = (env["MINIKUBE_PORTS"]?.trim() || publish(nodePorts)).split(",");
  return entries.flatMap((entry) => Number(entry.split(":").at(-2)) || []);
}

function publish(nodePorts: number[]): string {
  return nodePorts.map((port) => `127.0.0.1:${port}:${port}`).join(",");
}

/** From entries as `docker run --publish` takes them: `[ADDRESS:][PORT:]NODE_PORT[/tcp]`. */
function publishedPorts(entries: unknown): Map<number, number> {
  const ports = new Map<number, number>();
  for (const entry of Array.isArray(entries) ? entries : []) {
    const [, port, nodePort = ""] = /(?:^|:)(\d+):(\d+)(?:\/tcp)?$/.exec(String(entry)) ?? [];
    if (port !== undefined) ports.set(Number(nodePort), Number(port));
  }
  return ports;
}

/** The object, or the first of a list of them. */
function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
    return typeof first === "object" && first !== null ? { ...first } : undefined;
  } catch {
    return undefined;
  }
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

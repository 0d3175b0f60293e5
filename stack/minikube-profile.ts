import type { Machine } from "./machine.ts";

/** What Minikube wrote down about a profile when it was made. */
export interface Profile {
  name: string;
  driver: string;
  /** `docker`, `containerd` or `cri-o`. */
  runtime: string;
  nodes: number;
  /** The node's port to this machine's. */
  published: ReadonlyMap<number, number>;
}

/** Reads a profile without starting Minikube; `undefined` when there is none, or none that reads as expected. */
export function readProfile(name: string, machine: Machine): Profile | undefined {
  const text = machine.read(machine.minikubeHome, "profiles", name, "config.json");
  const config = text === undefined ? undefined : parseObject(text);
  if (config === undefined) {
    return undefined;
  }
  const kubernetes = config["KubernetesConfig"];
  const runtime = isObject(kubernetes) ? kubernetes["ContainerRuntime"] : undefined;
  return {
    name,
    driver: textOr(config["Driver"], ""),
    runtime: textOr(runtime, "docker"),
    nodes: Array.isArray(config["Nodes"]) ? config["Nodes"].length : 1,
    published: publishedPorts(config["ExposedPorts"]),
  };
}

/** The profiles that exist. */
export function profileNames(machine: Machine): string[] {
  return machine
    .list(machine.minikubeHome, "profiles")
    .filter((name) => machine.exists(machine.minikubeHome, "profiles", name, "config.json"));
}

/** From entries as `docker run --publish` takes them: `[ADDRESS:][PORT:]NODE_PORT[/tcp]`. */
function publishedPorts(entries: unknown): Map<number, number> {
  const ports = new Map<number, number>();
  for (const entry of Array.isArray(entries) ? entries : []) {
    const [, port, nodePort = ""] = /(?:^|:)(\d+):(\d+)(?:\/tcp)?$/.exec(String(entry)) ?? [];
    if (port !== undefined) {
      ports.set(Number(nodePort), Number(port));
    }
  }
  return ports;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value : otherwise;
}

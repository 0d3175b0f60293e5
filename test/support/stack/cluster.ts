import { asker } from "../../../scripts/programs.ts";
import { dockerVariables } from "../../../stack/minikube.ts";
import { execute } from "../execute.ts";
import { NODE_PORTS, PROFILE } from "./profile.ts";
import { ENV, must } from "./world.ts";

export const NAMESPACE = "todo";
export const PAGE = `http://localhost:${NODE_PORTS[0]}`;
export const API = `http://localhost:${NODE_PORTS[1]}`;

export function kubectl(...args: string[]): Promise<string> {
  return must("kubectl", ["--context", PROFILE, "--namespace", NAMESPACE, ...args]);
}

export function minikube(command: string, ...args: string[]): Promise<string> {
  return must("minikube", [command, "-p", PROFILE, ...args], 10 * 60_000);
}

/** The pods that are to stay, by their part: "backend" and so on. */
export async function podsOf(part: string): Promise<string[]> {
  const json = await kubectl("get", "pods", "-l", `app.kubernetes.io/name=${part}`, "-o", "json");
  const { items } = JSON.parse(json) as { items: { metadata: { name: string; deletionTimestamp?: string } }[] };
  return items.flatMap(({ metadata }) => (metadata.deletionTimestamp ? [] : [metadata.name])).sort();
}

/** Runs docker against the daemon inside. */
export async function docker(...args: string[]): Promise<string> {
  const variables = await dockerVariables(PROFILE, asker({ env: ENV }));
  return execute("docker", args, { env: { ...ENV, ...variables } });
}

/** The images of this project in Minikube. */
export async function ownImages(): Promise<string[]> {
  const names = (await docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}")).split("\n");
  return names.filter((name) => name.startsWith("todo-")).sort();
}

import { NODE_PORTS, PROFILE } from "./profile.ts";
import { must } from "./world.ts";

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
  const said = await must("minikube", ["-p", PROFILE, "docker-env", "--shell", "none", "-o", "json"]);
  const { DOCKER_HOST, DOCKER_CERT_PATH } = JSON.parse(said.slice(said.indexOf("{"))) as Record<string, string>;
  const tls = [
    ["cacert", "ca"],
    ["cert", "cert"],
    ["key", "key"],
  ].map(([flag, file]) => `--tls${flag}=${DOCKER_CERT_PATH}/${file}.pem`);
  return must("docker", ["--host", DOCKER_HOST ?? "", "--tlsverify", ...tls, ...args]);
}

/** The images of this project in Minikube. */
export async function ownImages(): Promise<string[]> {
  const names = (await docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}")).split("\n");
  return names.filter((name) => name.startsWith("todo-")).sort();
}

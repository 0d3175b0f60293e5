import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { outsideMinikube } from "../../scripts/cluster/settings.ts";
import { ROOT } from "../../scripts/local/paths.mjs";
import { asker } from "../../scripts/programs.ts";
import { dockerVariables } from "../../stack/minikube.ts";
import { findChromium } from "../support/chromium.ts";
import { execute } from "../support/execute.ts";

// What the tests on Minikube need, what they may not touch, and what must be gone after them.

/** QUICKSTART's namespace, and that of all other tests. */
export const QUICKSTART_NAMESPACE = "todo";
export const TEST_NAMESPACE = "todo-test";
/** On everything that a test makes beside charts: what bears it may be removed. */
export const OWN_LABEL = "todo.example/made-by=cluster-tests";
/** The tag of images that the tests build; variants of it begin with it. */
export const TEST_TAG = "cluster-test";
/** The ports of localhost at which page and backend answer. */
export const NODE_PORTS = [30000, 30001];

const SWEEP_MS = 180_000;
/** What QUICKSTART builds, and what other tests build. */
const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as { version: string };
const QUICKSTART_IMAGES = [`todo-backend:${version}`, `todo-frontend:${version}`];
const TEST_IMAGES = new RegExp(`^todo-(backend|frontend):${TEST_TAG}`);

/**
 * A running Minikube, and how to talk to it. `kubeconfig` is a file that knows this cluster alone, so that no command
 * of a test can reach another; whoever got it removes its folder. `docker` are the variables of the Docker inside.
 */
export type Minikube = { profile: string; kubeconfig: string; docker: Record<string, string> };

/** Finds Minikube, or the reason why the tests can't run on it: one line for the person who reads it. */
export async function findMinikube(): Promise<Minikube | string> {
  for (const [program = "", ...args] of TOOLS) {
    if ((await works(program, args)) === undefined) return `${[program, ...args].join(" ")} does not work here`;
  }
  if (!findChromium(process.env)) return "no Chromium or Chrome was found: install one or set CHROMIUM_PATH";
  const status = await works("minikube", ["status", "--output=json"]);
  if (status === undefined) return "Minikube does not run: start it as helm/QUICKSTART.md says";
  const profile = /"Name":"([^"]+)"/.exec(status)?.[1] ?? "minikube";
  const ports = (await works("docker", ["port", profile], outsideMinikube(process.env))) ?? "";
  const missing = NODE_PORTS.find((port) => !ports.includes(`${port}/tcp`));
  if (missing !== undefined) {
    return `Minikube does not publish port ${missing}: start it with the docker driver as helm/QUICKSTART.md says`;
  }
  const docker = await dockerVariables(profile, asker()).catch(() => undefined);
  if (docker === undefined) return "Minikube does not run Docker inside";
  const minikube = { profile, kubeconfig: await writeKubeconfig(profile), docker };
  const problem = await foreignThings(minikube);
  if (problem === undefined) return minikube;
  forget(minikube);
  return problem;
}

const TOOLS = [
  ["minikube", "version"],
  ["kubectl", "version", "--client"],
  ["helm", "version"],
  ["docker", "version"],
  ["docker", "buildx", "version"],
];

/** Removes the file that `findMinikube` wrote. */
export function forget({ kubeconfig }: Minikube): void {
  rmSync(path.dirname(kubeconfig), { recursive: true, force: true });
}

/** Whoever runs the app on this Minikube must not lose it to a test, and two can't have the same ports. */
async function foreignThings(minikube: Minikube): Promise<string | undefined> {
  const get = (...args: string[]) => kubectl(minikube, ["get", ...args]);
  if ((await get("namespace", QUICKSTART_NAMESPACE, "--ignore-not-found", "--output=name")) !== "") {
    return (
      `the namespace ${QUICKSTART_NAMESPACE} exists already, and these tests need it for themselves: ` +
      `if nothing in it is of use, remove it with kubectl delete namespace ${QUICKSTART_NAMESPACE}`
    );
  }
  const spaces = (await get("namespaces", "--output=name")).split("\n");
  const own = (await get("namespaces", `--selector=${OWN_LABEL}`, "--output=name")).split("\n");
  const taken = `namespace/${TEST_NAMESPACE}`;
  if (spaces.includes(taken) && !own.includes(taken)) {
    return `the namespace ${TEST_NAMESPACE} exists already and was not made by these tests`;
  }
  const template = '{range .items[*]}{.metadata.namespace}/{.metadata.name} {.spec.ports[*].nodePort}{"\\n"}{end}';
  for (const line of (await get("services", "--all-namespaces", `--output=jsonpath=${template}`)).split("\n")) {
    const [name = "", ...ports] = line.split(" ");
    if (NODE_PORTS.some((port) => ports.includes(String(port))) && !name.startsWith(`${TEST_NAMESPACE}/`)) {
      return `the service ${name} has a port that these tests need (${NODE_PORTS.join(" and ")})`;
    }
  }
  return undefined;
}

/** The images in Minikube that tests may have made, as `name:tag`. Those of QUICKSTART may also be somebody's own. */
export async function listImages(minikube: Minikube): Promise<string[]> {
  const names = (await docker(minikube, ["image", "ls", "--format={{.Repository}}:{{.Tag}}"])).split("\n");
  return names.filter((name) => QUICKSTART_IMAGES.includes(name) || TEST_IMAGES.test(name));
}

/** Removes whatever tests have left: namespaces, containers, networks, and images that were not there before. */
export async function sweep(minikube: Minikube, imagesBefore: readonly string[]): Promise<void> {
  const namespaces = [TEST_NAMESPACE, QUICKSTART_NAMESPACE];
  await kubectl(minikube, ["delete", "namespace", ...namespaces, "--ignore-not-found", "--timeout=150s"]);
  const label = `--filter=label=${OWN_LABEL}`;
  const containers = await docker(minikube, ["ps", "--all", "--quiet", label]);
  await remove(minikube, ["rm", "--force", "--volumes"], containers);
  await remove(minikube, ["network", "rm"], await docker(minikube, ["network", "ls", "--quiet", label]));
  const kept = imagesBefore.filter((name) => QUICKSTART_IMAGES.includes(name));
  const images = (await listImages(minikube)).filter((name) => !kept.includes(name));
  await remove(minikube, ["image", "rm", "--force"], images.join("\n"));
}

/** `names` stand one a line. */
async function remove(minikube: Minikube, command: readonly string[], names: string): Promise<void> {
  if (names !== "") await docker(minikube, [...command, ...names.split("\n")]);
}

async function writeKubeconfig(profile: string): Promise<string> {
  const args = ["config", "view", "--raw", "--minify", "--flatten", `--context=${profile}`];
  const file = path.join(mkdtempSync(path.join(tmpdir(), "todo-cluster-")), "kubeconfig");
  writeFileSync(file, await execute("kubectl", args), { mode: 0o600 });
  return file;
}

function kubectl({ kubeconfig }: Minikube, args: readonly string[]): Promise<string> {
  return execute("kubectl", args, { env: { ...process.env, KUBECONFIG: kubeconfig }, timeoutMs: SWEEP_MS });
}

function docker({ docker: variables }: Minikube, args: readonly string[]): Promise<string> {
  return execute("docker", args, { env: { ...process.env, ...variables }, timeoutMs: SWEEP_MS });
}

/** What a program says; undefined when it is missing or says no. */
async function works(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string | undefined> {
  return execute(program, args, { env }).catch(() => undefined);
}

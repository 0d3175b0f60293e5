import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findChromium } from "../../test/support/chromium.ts";
import { execute } from "../../test/support/execute.ts";
import { ROOT } from "../local/paths.mjs";

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
const { version } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
const QUICKSTART_IMAGES = [`todo-frontend:${version}`, `todo-backend:${version}`];
const TEST_IMAGES = new RegExp(`^todo-(frontend|backend):${TEST_TAG}`);

/**
 * A running Minikube, and how to talk to it. `kubeconfig` is a file that knows this cluster alone, so that no command
 * of a test can reach another; whoever got it removes its folder.
 * @typedef {{ profile: string, kubeconfig: string, docker: Record<string, string> }} Minikube
 */

/**
 * Finds Minikube, or the reason why the tests can't run on it: one line for the person who reads it.
 * @param {AbortSignal} [signal]
 * @returns {Promise<Minikube | string>}
 */
export async function findMinikube(signal) {
  for (const [program = "", ...args] of TOOLS) {
    if ((await works(program, args, signal)) === undefined) return `${[program, ...args].join(" ")} does not work here`;
  }
  if (!findChromium(process.env)) return "no Chromium or Chrome was found: install one or set CHROMIUM_PATH";
  const status = await works("minikube", ["status", "--output=json"], signal);
  if (status === undefined) return "Minikube does not run: start it as helm/QUICKSTART.md says";
  const profile = /"Name":"([^"]+)"/.exec(status)?.[1] ?? "minikube";
  const ports = (await works("docker", ["port", profile], signal, outerDockerEnv())) ?? "";
  const missing = NODE_PORTS.find((port) => !ports.includes(`${port}/tcp`));
  if (missing !== undefined) {
    return `Minikube does not publish port ${missing}: start it with the docker driver as helm/QUICKSTART.md says`;
  }
  const variables = await execute("minikube", ["docker-env", "--shell=none"], { signal });
  const docker = Object.fromEntries([...variables.matchAll(/^(DOCKER_\w+)=(.*)$/gm)].map(([, k, v]) => [k, v]));
  const minikube = { profile, kubeconfig: await writeKubeconfig(profile, signal), docker };
  const problem = docker.DOCKER_HOST ? await foreignThings(minikube, signal) : "Minikube does not run Docker inside";
  if (problem !== undefined) {
    forget(minikube);
    return problem;
  }
  return minikube;
}

const TOOLS = [
  ["minikube", "version"],
  ["kubectl", "version", "--client"],
  ["helm", "version"],
  ["docker", "version"],
  ["docker", "buildx", "version"],
];

/**
 * The environment in which `docker` means the Docker that Minikube runs in, even in a shell that was led to the one inside.
 * @returns {NodeJS.ProcessEnv}
 */
export function outerDockerEnv() {
  if (!process.env.MINIKUBE_ACTIVE_DOCKERD) return process.env;
  const inner = ["DOCKER_HOST", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inner.includes(name)));
}

/**
 * Removes the file that `findMinikube` wrote.
 * @param {Minikube} minikube
 */
export function forget({ kubeconfig }) {
  rmSync(path.dirname(kubeconfig), { recursive: true, force: true });
}

/**
 * Whoever runs the app on this Minikube must not lose it to a test, and two can't have the same ports.
 * @param {Minikube} minikube
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<string | undefined>}
 */
async function foreignThings(minikube, signal) {
  const get = (/** @type {string[]} */ ...args) => kubectl(minikube, ["get", ...args], signal);
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

/**
 * The images in Minikube that tests may have made, as `name:tag`. Those of QUICKSTART may also be somebody's own.
 * @param {Minikube} minikube
 * @returns {Promise<string[]>}
 */
export async function listImages(minikube) {
  const names = (await docker(minikube, ["image", "ls", "--format={{.Repository}}:{{.Tag}}"])).split("\n");
  return names.filter((name) => QUICKSTART_IMAGES.includes(name) || TEST_IMAGES.test(name));
}

/**
 * Removes whatever tests have left: namespaces, containers, networks, and images that were not there before.
 * @param {Minikube} minikube
 * @param {string[]} imagesBefore
 */
export async function sweep(minikube, imagesBefore) {
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

/**
 * @param {Minikube} minikube
 * @param {string[]} command
 * @param {string} names one a line
 */
async function remove(minikube, command, names) {
  if (names !== "") await docker(minikube, [...command, ...names.split("\n")]);
}

/**
 * @param {string} profile
 * @param {AbortSignal | undefined} signal
 */
async function writeKubeconfig(profile, signal) {
  const args = ["config", "view", "--raw", "--minify", "--flatten", `--context=${profile}`];
  const file = path.join(mkdtempSync(path.join(tmpdir(), "todo-cluster-")), "kubeconfig");
  writeFileSync(file, await execute("kubectl", args, { signal }), { mode: 0o600 });
  return file;
}

/**
 * @param {Minikube} minikube
 * @param {string[]} args
 * @param {AbortSignal} [signal]
 */
function kubectl({ kubeconfig }, args, signal) {
  return execute("kubectl", args, { env: { ...process.env, KUBECONFIG: kubeconfig }, timeoutMs: SWEEP_MS, signal });
}

/**
 * @param {Minikube} minikube
 * @param {string[]} args
 */
function docker({ docker: variables }, args) {
  return execute("docker", args, { env: { ...process.env, ...variables }, timeoutMs: SWEEP_MS });
}

/**
 * What a program says; undefined when it is missing or says no.
 * @param {string} program
 * @param {string[]} args
 * @param {AbortSignal | undefined} signal
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string | undefined>}
 */
async function works(program, args, signal, env) {
  try {
    return await execute(program, args, { signal, env });
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

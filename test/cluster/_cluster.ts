import { inject } from "vitest";
import { type ExecuteOptions, execute } from "../support/execute.ts";
import { OWN_LABEL, TEST_NAMESPACE } from "./_minikube.ts";

/** The addresses of page and backend on this machine. */
export const PAGE = "http://localhost:30000";
export const API = "http://localhost:30001";

export const MINUTE = 60_000;
/** How long to look for what a cluster does, and how often. */
export const PATIENTLY = { timeoutMs: MINUTE, everyMs: 200 };

/** The Minikube of these tests. */
export function minikube() {
  return inject("minikube");
}

/** The environment in which every tool sees this Minikube, and no other cluster. */
export function clusterEnv(): NodeJS.ProcessEnv {
  return { ...process.env, KUBECONFIG: minikube().kubeconfig };
}

/** Runs kubectl in the tests' namespace; a `--namespace` among `args` wins. */
export function kubectl(args: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  return execute("kubectl", [`--namespace=${TEST_NAMESPACE}`, ...args], { env: clusterEnv(), ...options });
}

/** Runs helm in the tests' namespace. */
export function helm(args: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  return execute("helm", [`--namespace=${TEST_NAMESPACE}`, ...args], { env: clusterEnv(), ...options });
}

/** Runs docker against the daemon inside Minikube. */
export function docker(args: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  return execute("docker", [...args], { env: dockerEnv(), ...options });
}

export function dockerEnv(): NodeJS.ProcessEnv {
  return { ...process.env, ...minikube().docker, DOCKER_BUILDKIT: "1" };
}

/** Makes the tests' namespace, as strict as QUICKSTART's. */
export async function createNamespace(): Promise<void> {
  await kubectl(["create", "namespace", TEST_NAMESPACE]);
  const labels = [OWN_LABEL, "pod-security.kubernetes.io/enforce=restricted"];
  await kubectl(["label", "namespace", TEST_NAMESPACE, ...labels]);
}

/** Removes the tests' namespace with all that is in it. */
export async function deleteNamespace(): Promise<void> {
  const args = ["delete", "namespace", TEST_NAMESPACE, "--ignore-not-found", "--timeout=170s"];
  await kubectl(args, { timeoutMs: 3 * MINUTE });
}

/** Prints a figure of this run, so that it stands in the output of the tests. */
export function tell(line: string): void {
  console.log(`measured: ${line}`);
}

import type { Settings } from "./config.ts";
import type { Machine } from "./machine.ts";

/**
 * What the cluster has under a name, asked by kubectl before anything is changed, or by the one that Minikube brings.
 * @param what such as `["namespace", "todo"]`
 * @returns the object; an empty one where there is none, or nobody who can tell
 */
export async function askCluster(
  { target, context }: Settings,
  machine: Machine,
  what: string[],
): Promise<Record<string, unknown>> {
  const get = ["get", ...what, "--ignore-not-found", "--output=json"];
  let answer = await machine.run("kubectl", [`--context=${context}`, ...get]);
  if (answer.kind === "missing" && target.kind === "minikube") {
    answer = await machine.run("minikube", ["-p", target.profile, "kubectl", "--", ...get]);
  }
  return answer.kind === "done" ? parse(answer.stdout) : {};
}

function parse(json: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(json || "{}"));
  } catch {
    return {};
  }
}

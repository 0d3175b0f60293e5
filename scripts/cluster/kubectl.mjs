import { UserError } from "../local/user-error.mjs";
import { contextOf, isLocal, profileOf } from "./settings.mjs";

/**
 * The user's kubectl with the stack's context, or the one that Minikube brings.
 * @param {import("./settings.mjs").Config} config
 * @param {import("./ask.mjs").Ask} ask
 * @returns {Promise<{ program: string, before: string[] }>} a program with its first arguments
 */
export async function findKubectl(config, ask) {
  if ((await ask("kubectl", ["version", "--client"])) !== undefined) {
    return { program: "kubectl", before: ["--context", contextOf(config)] };
  }
  if (isLocal(config) && (await ask("minikube", ["version"])) !== undefined) {
    return { program: "minikube", before: ["-p", profileOf(config), "kubectl", "--"] };
  }
  throw new UserError("kubectl is not on PATH: install it, https://kubernetes.io/docs/tasks/tools/");
}

import { UserError } from "../local/user-error.mjs";
import type { Ask } from "../programs.ts";
import { type Config, contextOf, isLocal, profileOf } from "./settings.ts";

/**
 * The user's kubectl with the stack's context, or the one that Minikube brings.
 * @returns a program with its first arguments
 */
export async function findKubectl(config: Config, ask: Ask): Promise<{ program: string; before: string[] }> {
  const has = async (program: string, ...args: string[]) => (await ask(program, args)).kind !== "missing";
  if (await has("kubectl", "version", "--client")) {
    return { program: "kubectl", before: ["--context", contextOf(config)] };
  }
  if (isLocal(config) && (await has("minikube", "version"))) {
    return { program: "minikube", before: ["-p", profileOf(config), "kubectl", "--"] };
  }
  throw new UserError("kubectl is not on PATH: install it, https://kubernetes.io/docs/tasks/tools/");
}

/** `containerID` is that of the one that runs, or ran last. */
type Status = { name: string; containerID?: string };
type Pod = {
  metadata: { name: string };
  status: { initContainerStatuses?: Status[]; containerStatuses?: Status[] };
};

/**
 * The containers of some pods that have begun and so have a log. One that was started again has another id.
 * @param json what `kubectl get pods -o json` prints
 */
export function startedContainers(json: string): { id: string; pod: string; name: string }[] {
  const { items }: { items: Pod[] } = JSON.parse(json);
  return items.flatMap(({ metadata, status }) =>
    [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(({ name, containerID }) =>
      containerID ? [{ id: containerID, pod: metadata.name, name }] : [],
    ),
  );
}

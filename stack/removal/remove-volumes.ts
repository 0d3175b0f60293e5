import { UserError } from "../../scripts/local/user-error.mjs";
import type { Machine } from "../machine.ts";
import { readProfile } from "../minikube-profile.ts";

/** Where Minikube's provisioner makes volumes: a folder for each namespace. */
const FOLDER = "/tmp/hostpath-provisioner";

export type VolumesToRemove = {
  minikubeProfile: string;
  /** The kubeconfig's context. */
  context: string;
  namespace: string;
  /** Whether the volumes stay when the stack is destroyed. */
  keepData: boolean;
};

/**
 * Removes what Minikube leaves of a namespace's volumes. Its provisioner takes only those for its own that it has made
 * since its last start; the next volume of the same name would find the data of the one before, and an old password.
 * @throws UserError when Minikube does not let the folder be removed
 */
export async function removeVolumes(
  { minikubeProfile: profile, context, namespace, keepData }: VolumesToRemove,
  machine: Machine,
): Promise<void> {
  if (!isName(namespace)) {
    throw new UserError("the state does not say whose volumes to remove: pulumi state delete removes its entry");
  }
  if (keepData || readProfile(profile, machine) === undefined) return;
  await Promise.all([
    forgetVolumes(context, namespace, machine),
    removeFolder(profile, `${FOLDER}/${namespace}`, machine),
  ]);
}

/** What kubectl can't do here leaves a line in a list, but no data. */
async function forgetVolumes(context: string, namespace: string, machine: Machine): Promise<void> {
  const names = await leftVolumes(context, namespace, machine);
  if (names.length > 0) {
    await machine.run("kubectl", [`--context=${context}`, "delete", "persistentvolumes", ...names, "--wait=false"]);
  }
}

async function removeFolder(profile: string, folder: string, machine: Machine): Promise<void> {
  const result = await machine.run("minikube", ["-p", profile, "ssh", "--", "sudo", "rm", "-rf", folder]);
  if (result.kind !== "done") {
    const words = result.kind === "failed" ? `: ${result.stderr.trim()}` : "";
    throw new UserError(
      `${folder} in Minikube could not be removed${words}\n  minikube -p ${profile} ssh -- sudo rm -rf ${folder}`,
    );
  }
}

/** As Kubernetes names namespaces; nothing else may become part of a path. */
function isName(value: string): boolean {
  return /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(value);
}

/** Volumes of the namespace whose claim is gone. */
async function leftVolumes(context: string, namespace: string, machine: Machine): Promise<string[]> {
  const row = '{range .items[*]}{.metadata.name} {.spec.claimRef.namespace} {.status.phase}{"\\n"}{end}';
  const result = await machine.run("kubectl", [
    `--context=${context}`,
    "get",
    "persistentvolumes",
    `--output=jsonpath=${row}`,
  ]);
  if (result.kind !== "done") return [];
  const rows = result.stdout.split("\n").map((line) => line.split(" "));
  return rows.flatMap(([name = "", of, phase]) => (of === namespace && phase !== "Bound" ? [name] : []));
}

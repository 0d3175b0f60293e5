import { argv, env } from "node:process";
import { printError, UserError } from "../../scripts/local/user-error.mjs";
import { thisMachine } from "../machine.ts";
import { endPods, type PodsToEnd } from "./end-pods.ts";
import { type ImagesToRemove, removeBuiltImages } from "./remove-images.ts";
import { removeVolumes, type VolumesToRemove } from "./remove-volumes.ts";

/** What can be removed, and what must be known of it. */
export type Removals = { images: ImagesToRemove; pods: PodsToEnd; volumes: VolumesToRemove };

// node run.ts <what>: called by Pulumi at `pulumi destroy`, with what ../removal.ts has put into the state.

async function remove(what = "", told = "{}"): Promise<void> {
  const properties = JSON.parse(told);
  if (what === "images") return removeBuiltImages(properties, thisMachine());
  if (what === "pods") return endPods(properties, thisMachine());
  if (what === "volumes") return removeVolumes(properties, thisMachine());
  throw new UserError(`there is no way to remove ${what} here: pulumi state delete removes its entry`);
}

if (import.meta.main) {
  try {
    await remove(argv[2], env["REMOVAL"]);
  } catch (error) {
    printError(error);
    process.exitCode = 1;
  }
}

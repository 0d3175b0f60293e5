import { readSettings } from "./config.ts";
import { type Deployed, readDeployed, refuseLoss } from "./deployed.ts";
import { refuseMissingHelpers } from "./docker-logins.ts";
import { refuseGrowth } from "./growth.ts";
import { findLeftNamespace } from "./left-namespace.ts";
import { thisMachine } from "./machine.ts";
import { findMinikube, type Minikube } from "./minikube.ts";

// Pulumi maps a stack for every promise that it makes, to what TypeScript was compiled from. Nothing is compiled here,
// and the maps cost half a second.
Reflect.deleteProperty(Error, "prepareStackTrace");

/** The checked configuration. */
export const settings = readSettings();

/** What the program must know before it asks for anything. */
export type Start = {
  /** Minikube's daemon, where the images are built into Minikube. */
  minikube: Minikube | undefined;
  /** What the newest run has deployed. */
  before: Partial<Deployed> | undefined;
  /** Whether the namespace is there, left by `pulumi destroy`. */
  takeOver: boolean;
};

/**
 * Rejects when something is not fit to deploy with, or data would be lost. Minikube takes its time to answer, so it is
 * asked here, before the other modules are loaded.
 */
export const start: Promise<Start> = prepare();

async function prepare(): Promise<Start> {
  const machine = thisMachine();
  const { target } = settings;
  const [minikube, before] = await Promise.all([
    target.kind === "minikube" ? findMinikube(target.profile, machine) : undefined,
    readDeployed(),
    refuseMissingHelpers(machine),
  ]);
  refuseLoss(settings, before);
  await refuseGrowth(settings, before, machine);
  return { minikube, before, takeOver: before === undefined && (await findLeftNamespace(settings, machine)) };
}

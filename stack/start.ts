import { readSettings } from "./config.ts";
import { refuseMissingHelpers } from "./docker-logins.ts";
import { thisMachine } from "./machine.ts";
import { findMinikube, type Minikube } from "./minikube.ts";

// Pulumi maps a stack for every promise that it makes, to what TypeScript was compiled from. Nothing is compiled here,
// and the maps cost half a second.
Reflect.deleteProperty(Error, "prepareStackTrace");

/** The checked configuration. */
export const settings = readSettings();

/**
 * Minikube's daemon, where the images are built into Minikube; rejects when something is not fit to deploy with.
 * Minikube takes its time to answer, so it is asked here, before the other modules are loaded.
 */
export const minikube: Promise<Minikube | undefined> = prepare();

async function prepare(): Promise<Minikube | undefined> {
  const machine = thisMachine();
  const { target } = settings;
  const [found] = await Promise.all([
    target.kind === "minikube" ? findMinikube(target.profile, machine) : undefined,
    refuseMissingHelpers(machine),
  ]);
  return found;
}

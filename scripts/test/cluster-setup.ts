import type { TestProject } from "vitest/node";
import { findMinikube, forget, listImages, type Minikube, sweep } from "./minikube.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** The Minikube of these tests, or why there is none. */
    minikube: Minikube | string;
  }
}

/** Looks for Minikube, takes away what a killed run has left there, and in the end what this one has made. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const minikube = await findMinikube();
  project.provide("minikube", minikube);
  if (typeof minikube === "string") return undefined;
  const images = await listImages(minikube);
  await sweep(minikube, images);
  return async () => {
    await sweep(minikube, images);
    forget(minikube);
  };
}

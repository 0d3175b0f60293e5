import type { TestProject } from "vitest/node";
import { skipRoom } from "../support/skip-room.ts";
import { findMinikube, forget, listImages, type Minikube, sweep } from "./_minikube.ts";

declare module "vitest" {
  interface ProvidedContext {
    minikube: Minikube;
  }
}

/**
 * Looks for Minikube, takes away what a killed run has left there, and in the end, or when it is interrupted, what this
 * one has made. Where none answers and is free, the tests are skipped.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const minikube = await findMinikube();
  if (typeof minikube === "string") {
    skipRoom(project, `${minikube}.`);
    return undefined;
  }
  project.provide("minikube", minikube);
  const images = await listImages(minikube);
  await sweep(minikube, images);
  return async () => {
    await sweep(minikube, images);
    forget(minikube);
  };
}

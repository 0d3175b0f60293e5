import { findMinikube, forget, listImages, sweep } from "./minikube.mjs";
import { runProject, skipProject } from "./vitest-part.mjs";

/**
 * Runs the tests on Minikube where one answers and is free; elsewhere they are named and counted as skipped. Nothing of
 * them stays in the cluster, even when they are interrupted.
 * @param {AbortSignal} signal
 * @returns {Promise<import("./counts.mjs").Counts>}
 */
export async function runCluster(signal) {
  const minikube = await findMinikube(signal);
  if (typeof minikube === "string") {
    return skipProject("cluster", `The tests on Minikube are skipped: ${minikube}.`, signal);
  }
  const images = await listImages(minikube);
  try {
    return await runProject("cluster", signal);
  } finally {
    if (signal.aborted) console.log("Removing what the tests have made on Minikube…");
    await sweep(minikube, images);
    forget(minikube);
  }
}

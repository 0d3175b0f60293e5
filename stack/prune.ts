import type { DockerDaemon } from "./docker-daemon.ts";

/** How many images before the current one stay, to go back to. */
const KEPT_BEFORE = 2;

/**
 * Removes old images of a repository, because Minikube's kubelet never does and each change of the code makes one.
 * The current one and the two tagged before it stay, and whatever a container is made of.
 * @returns the tags that were removed
 */
export async function pruneImages(daemon: DockerDaemon, repository: string, currentTag: string): Promise<string[]> {
  const others = (await daemon.tags(repository)).filter(({ tag }) => tag !== currentTag);
  const old = others.sort((a, b) => b.taggedAt - a.taggedAt).slice(KEPT_BEFORE);
  const outcomes = await Promise.all(
    old.map(async ({ tag }) => ({ tag, outcome: await daemon.remove(`${repository}:${tag}`) })),
  );
  return outcomes.filter(({ outcome }) => outcome === "removed").map(({ tag }) => tag);
}

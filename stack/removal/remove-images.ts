import { type DockerDaemon, dockerDaemon } from "../docker-daemon.ts";
import type { Machine } from "../machine.ts";
import { findMinikube } from "../minikube.ts";
import { readProfile } from "../minikube-profile.ts";

/** The tags that this program gives; others were built by hand and are somebody's. */
const OURS = /^[0-9a-f]{12}$/;

export type ImagesToRemove = {
  minikubeProfile: string;
  /** Names without tags. */
  repositories: string[];
};

/** Removes what a stack built into Minikube. When Minikube was deleted, so were they. */
export async function removeBuiltImages(
  { minikubeProfile: profile, repositories }: ImagesToRemove,
  machine: Machine,
  connect: (host: string, certPath: string) => DockerDaemon = (host, certPath) =>
    dockerDaemon(host, certPath, machine.run),
): Promise<void> {
  if (readProfile(profile, machine) === undefined) return;
  const { dockerHost, certPath } = await findMinikube(profile, machine);
  const daemon = connect(dockerHost, certPath);
  for (const repository of repositories) await removeRepository(daemon, repository);
}

/** What still runs belongs to another stack on the same Minikube. What has ended may linger for a minute, and goes. */
async function removeRepository(daemon: DockerDaemon, repository: string): Promise<void> {
  const tags = (await daemon.tags(repository)).filter(({ tag }) => OURS.test(tag));
  await Promise.all(
    tags.map(async ({ tag }) => {
      const image = `${repository}:${tag}`;
      if (!(await daemon.isRunning(image))) await daemon.remove(image, { force: true });
    }),
  );
}

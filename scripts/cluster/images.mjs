import { UserError } from "../local/user-error.mjs";
import { asker } from "./ask.mjs";

/** What `pulumi up` calls its images: a tag made of what is in them. Others of these names were built by hand. */
const OURS = /^todo-(frontend|backend):[0-9a-f]{12}$/;

/**
 * Removes the images of all deployments from Minikube's Docker. Pulumi removes none, and kubelet there neither.
 * @param {string} profile
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} signal
 * @returns {Promise<string[]>} those that were removed
 */
export async function removeImages(profile, env, signal) {
  const ask = asker({ env: { ...env, ...(await dockerVariables(profile, env, signal)) }, signal });
  const list = await ask("docker", ["image", "ls", "--format", "{{.Repository}}:{{.Tag}}"]);
  const images = (list?.stdout ?? "").split("\n").filter((name) => OURS.test(name));
  if (list?.code === 0 && images.length === 0) {
    return [];
  }
  // By force, for containers that have ended stay for up to a minute after their pods.
  const answer = list?.code === 0 ? await ask("docker", ["image", "rm", "--force", ...images]) : list;
  if (answer?.code !== 0) {
    throw new UserError(
      `all is removed but images in Minikube's Docker (${answer?.stderr.trim().split("\n").at(-1)}): npm run down tries again`,
    );
  }
  return images;
}

/**
 * What leads the docker command to the daemon inside.
 * @param {string} profile
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} signal
 * @returns {Promise<Record<string, string>>}
 */
async function dockerVariables(profile, env, signal) {
  const answer = await asker({ env, signal })("minikube", [
    "-p",
    profile,
    "docker-env",
    "--shell",
    "none",
    "-o",
    "json",
  ]);
  // On failure it prints text, not JSON.
  if (answer?.code !== 0) {
    throw new UserError(`Minikube does not tell where its Docker is: minikube start -p ${profile}, then npm run down`);
  }
  const said = JSON.parse(answer.stdout);
  return Object.fromEntries(Object.entries(said).filter(([name]) => /^DOCKER_(HOST|CERT_PATH|TLS_VERIFY)$/.test(name)));
}

import { findVersion, isAtLeast } from "./versions.mjs";

/**
 * @typedef {object} Finding
 * @property {string} name
 * @property {string} found what there is, in a few words
 * @property {string} [cure] what to do when it is not good: a command, or where to get it
 * @property {boolean} [optional] nothing fails without it
 */

/** `--run-program`, and replacing by a trigger without its early faults. */
const PULUMI = "3.226.0";
/** The oldest that helm/QUICKSTART.md names. */
const MINIKUBE = "1.36.0";
/** For running Minikube; the images are built by the Docker inside of it. */
const DOCKER = "20.10.0";

/**
 * The programs that a cluster on this machine needs.
 * @param {import("./ask.mjs").Ask} ask
 * @returns {Promise<Finding[]>}
 */
export function checkPrograms(ask) {
  return Promise.all([checkDocker(ask), checkMinikube(ask), checkPulumi(ask), checkLanguageHost(ask)]);
}

/**
 * @param {import("./ask.mjs").Ask} ask
 * @returns {Promise<Finding>}
 */
export async function checkDocker(ask) {
  const name = "Docker";
  const answer = await ask("docker", ["version", "--format", "{{.Server.Version}}"]);
  if (answer === undefined) {
    return { name, found: "no docker on PATH", cure: "install it: https://docs.docker.com/get-started/get-docker/" };
  }
  if (answer.code !== 0) {
    return /permission denied/i.test(answer.stderr)
      ? {
          name,
          found: "you may not talk to its daemon",
          cure: "sudo usermod -aG docker $USER, then log out and in again",
        }
      : {
          name,
          found: "its daemon does not answer",
          cure: "start Docker Desktop, or on Linux: sudo systemctl start docker",
        };
  }
  return versioned(name, answer.stdout, DOCKER, "update it: https://docs.docker.com/get-started/get-docker/");
}

/**
 * @param {import("./ask.mjs").Ask} ask
 * @returns {Promise<Finding>}
 */
export async function checkMinikube(ask) {
  const name = "Minikube";
  const where = "https://minikube.sigs.k8s.io/docs/start/";
  const answer = await ask("minikube", ["version", "--short"]);
  if (answer === undefined) {
    return { name, found: "no minikube on PATH", cure: `install it: ${where}` };
  }
  return versioned(name, answer.stdout, MINIKUBE, `update it: ${where}`);
}

/**
 * @param {import("./ask.mjs").Ask} ask
 * @returns {Promise<Finding>}
 */
export async function checkPulumi(ask) {
  const name = "Pulumi";
  const where = "https://www.pulumi.com/docs/install/";
  const answer = await ask("pulumi", ["version"]);
  if (answer === undefined) {
    return { name, found: "no pulumi on PATH", cure: `install it: ${where}` };
  }
  return versioned(name, answer.stdout, PULUMI, `update it: ${where}`);
}

/**
 * Comes with every installed Pulumi; a lone `pulumi` that was copied somewhere lacks it.
 * @param {import("./ask.mjs").Ask} ask
 * @returns {Promise<Finding>}
 */
async function checkLanguageHost(ask) {
  const name = "Pulumi for Node.js";
  const answer = await ask("pulumi-language-nodejs", ["--help"]);
  return answer === undefined
    ? {
        name,
        found: "no pulumi-language-nodejs on PATH",
        cure: "install Pulumi as a whole: https://www.pulumi.com/docs/install/",
      }
    : { name, found: "there" };
}

/**
 * Only for reading logs and looking around; Minikube brings one of its own.
 * @param {import("./ask.mjs").Ask} ask
 * @returns {Promise<Finding>}
 */
export async function checkKubectl(ask) {
  const name = "kubectl";
  const answer = await ask("kubectl", ["version", "--client", "-o", "json"]);
  return answer === undefined
    ? {
        name,
        found: "none on PATH",
        cure: "not needed: minikube kubectl -- does the same",
        optional: true,
      }
    : { name, found: findVersion(answer.stdout) ?? "unknown version", optional: true };
}

/**
 * @param {string} name
 * @param {string} output
 * @param {string} least
 * @param {string} cure
 * @returns {Finding}
 */
function versioned(name, output, least, cure) {
  const version = findVersion(output);
  if (version === undefined) {
    return { name, found: `does not tell its version: ${output.trim().slice(0, 80)}`, cure };
  }
  return isAtLeast(version, least) ? { name, found: version } : { name, found: `${version}, needs ${least}`, cure };
}

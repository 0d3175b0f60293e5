import { statfsSync } from "node:fs";
import { assertPortFree } from "../local/ports.mjs";
import { UserError } from "../local/user-error.mjs";
import { profileFaults, publishedAddress, startPorts } from "./minikube.mjs";
import { hasBackend, hasPassphrase } from "./settings.mjs";

/** Minikube's own image, the base images, both images with what their builds keep, and room for the changes after. */
const NEEDED_GB = 12;
const CPUS = 2;
const MEMORY_MB = 3000;

/** @typedef {import("./prerequisites.mjs").Finding} Finding */

/**
 * Minikube as it is now. None at all is good: `npm run up` makes one.
 * @param {string} name
 * @param {import("./minikube.mjs").Profile} profile
 * @param {number[]} nodePorts
 * @returns {Finding[]}
 */
export function checkCluster(name, profile, nodePorts) {
  const title = `Minikube's ${name}`;
  if (profile.state === "none") {
    return [{ name: title, found: "not there yet; npm run up makes it" }];
  }
  const again = `minikube delete -p ${name}, then npm run up`;
  const size = `${profile.cpus} CPUs, ${profile.memoryMb} MB, ${profile.runtime} in ${profile.driver}`;
  const state =
    profile.state === "broken"
      ? [{ name: title, found: "does not answer", cure: `minikube start -p ${name}; if that fails, ${again}` }]
      : [
          {
            name: title,
            found: `${profile.state}, ${size}${profile.state === "stopped" ? "; npm run up starts it" : ""}`,
          },
        ];
  const faults = profileFaults(name, profile).map(({ fault, cure }) => ({ name: title, found: fault, cure }));
  const small = (profile.cpus ?? CPUS) < CPUS || (profile.memoryMb ?? MEMORY_MB) < MEMORY_MB;
  const tight = small
    ? [{ name: title, found: `is small: ${size}; the whole needs 2 CPUs and 3 GB`, cure: again }]
    : [];
  const closed = nodePorts.some((port) => publishedAddress(profile, port) === undefined);
  const hidden =
    closed && profile.driver === "docker" && process.platform !== "linux"
      ? [{ name: title, found: "does not publish the ports, so that nothing on this machine leads in", cure: again }]
      : [];
  return [...state, ...faults, ...tight, ...hidden];
}

/**
 * The ports that a new Minikube publishes must be free.
 * @param {import("./minikube.mjs").Profile} profile
 * @param {number[]} nodePorts
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Finding[]>}
 */
export async function checkPorts(profile, nodePorts, env) {
  if (profile.state !== "none") {
    return [];
  }
  return Promise.all(
    startPorts(nodePorts, env).map(async (port) => {
      const name = `Port ${port}`;
      try {
        await assertPortFree(port, "PORT");
        return { name, found: "free" };
      } catch (error) {
        if (!(error instanceof UserError)) {
          throw error;
        }
        const cure =
          "end the program that has it, or choose: MINIKUBE_PORTS=127.0.0.1:31000:30000,127.0.0.1:31001:30001";
        return { name, found: "in use", cure };
      }
    }),
  );
}

/**
 * Where Pulumi keeps its state, and what encrypts the secrets in it.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} stack
 * @returns {Finding}
 */
export function checkState(env, stack) {
  const where = hasBackend(env) ? "where you are logged in" : "on this machine, as with pulumi login --local";
  const how = hasPassphrase(env) ? "with your passphrase" : "with an empty passphrase";
  return { name: "Pulumi's state", found: `stack ${stack}, ${where}, encrypted ${how}` };
}

/**
 * @param {string} folder
 * @returns {Finding}
 */
export function checkDisk(folder) {
  const { bavail, bsize } = statfsSync(folder);
  const free = Math.floor((bavail * bsize) / 1e9);
  const name = "Disk";
  return free >= NEEDED_GB
    ? { name, found: `${free} GB free` }
    : {
        name,
        found: `${free} GB free, ${NEEDED_GB} are needed`,
        cure: "docker system prune, or npm run down and minikube delete for a fresh start",
        optional: true,
      };
}

import { UserError } from "../local/user-error.mjs";

/**
 * @typedef {object} Profile
 * @property {"none" | "stopped" | "running" | "broken"} state
 * @property {string} [driver]
 * @property {string} [runtime]
 * @property {number} [nodes]
 * @property {number} [cpus]
 * @property {number} [memoryMb]
 * @property {string[]} [ports] as published at its creation: "127.0.0.1:30000:30000"
 */

/** What a new Minikube is started with; Minikube's own variables of the same name (`MINIKUBE_CPUS`) choose otherwise. */
const START = { driver: "docker", "container-runtime": "docker", cpus: "2", memory: "3g" };

/**
 * The flags that make a cluster as the README says. The page and the API are published, so that they are reachable as
 * localhost on every system without a tunnel, which is only possible at creation.
 * @param {string} profile
 * @param {number[]} nodePorts
 * @param {NodeJS.ProcessEnv} env
 */
export function startArgs(profile, nodePorts, env) {
  const flags = Object.entries({ ...START, ports: publish(nodePorts) }).map(([name, value]) => {
    const chosen = env[`MINIKUBE_${name.replaceAll("-", "_").toUpperCase()}`]?.trim();
    return `--${name}=${chosen || value}`;
  });
  return ["start", "-p", profile, ...flags];
}

/**
 * The ports of this machine that a new cluster takes.
 * @param {number[]} nodePorts
 * @param {NodeJS.ProcessEnv} env
 * @returns {number[]}
 */
export function startPorts(nodePorts, env) {
  const entries = (env.MINIKUBE_PORTS?.trim() || publish(nodePorts)).split(",");
  return entries.flatMap((entry) => Number(entry.split(":").at(-2)) || []);
}

/** @param {number[]} nodePorts */
function publish(nodePorts) {
  return nodePorts.map((port) => `127.0.0.1:${port}:${port}`).join(",");
}

/**
 * What Minikube says of a profile.
 * @param {import("./ask.mjs").Ask} ask
 * @param {string} profile
 * @returns {Promise<Profile>}
 */
export async function readProfile(ask, profile) {
  const [status, list] = await Promise.all([
    ask("minikube", ["status", "-p", profile, "-o", "json"]),
    ask("minikube", ["profile", "list", "--light", "-o", "json"]),
  ]);
  if (status === undefined || list === undefined) {
    throw new UserError("minikube is not on PATH: npm run doctor says where to get it");
  }
  const config = findConfig(list.stdout, profile);
  return config === undefined ? { state: "none" } : { ...config, state: readState(status.stdout) };
}

/**
 * One object, or a list of them when there are several nodes; empty when it is broken.
 * @param {string} json
 * @returns {Profile["state"]}
 */
function readState(json) {
  const value = parse(json);
  const [first] = Array.isArray(value) ? value : [value];
  if (first?.Host === "Running" && first.APIServer === "Running" && first.Kubelet === "Running") {
    return "running";
  }
  return first?.Host === "Stopped" || first?.Host === "Paused" || first?.APIServer === "Stopped" ? "stopped" : "broken";
}

/**
 * @param {string} json what `minikube profile list` prints; for no profile at all it is an error
 * @param {string} profile
 * @returns {Omit<Profile, "state"> | undefined}
 */
function findConfig(json, profile) {
  const list = parse(json);
  const known = [...(list?.valid ?? []), ...(list?.invalid ?? [])];
  const config = known.find((/** @type {{ Name?: string }} */ each) => each?.Name === profile)?.Config;
  return (
    config && {
      driver: config.Driver,
      runtime: config.KubernetesConfig?.ContainerRuntime,
      nodes: config.Nodes?.length,
      cpus: config.CPUs,
      memoryMb: config.Memory,
      ports: config.ExposedPorts ?? [],
    }
  );
}

/** @param {string} json */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    // Minikube answers in prose when something is wrong.
    return undefined;
  }
}

/**
 * What keeps a profile from serving this project, if anything, each with its cure.
 * @param {string} name
 * @param {Profile} profile
 * @returns {{ fault: string, cure: string }[]}
 */
export function profileFaults(name, profile) {
  const again = `minikube delete -p ${name}, then npm run up`;
  const faults = [];
  if (profile.runtime !== undefined && profile.runtime !== "docker") {
    faults.push({ fault: `runs ${profile.runtime}; images can be built inside with docker only`, cure: again });
  }
  if ((profile.nodes ?? 1) > 1) {
    faults.push({ fault: `has ${profile.nodes} nodes; images can be built inside of one only`, cure: again });
  }
  return faults;
}

/**
 * The address on this machine that leads to a port of the cluster's node, if one was published at its creation.
 * @param {Profile} profile
 * @param {number} nodePort
 */
export function publishedAddress(profile, nodePort) {
  for (const entry of profile.ports ?? []) {
    const [target, outer = target] = entry.split(":").reverse();
    if (target === String(nodePort)) {
      return `http://localhost:${outer}`;
    }
  }
  return undefined;
}

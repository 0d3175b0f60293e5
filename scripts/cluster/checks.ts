import { statfsSync } from "node:fs";
import { type Profile, profileFaults, type State, startPorts } from "../../stack/minikube-profile.ts";
import { assertPortFree } from "../local/ports.mjs";
import { UserError } from "../local/user-error.mjs";
import type { Finding } from "./prerequisites.ts";
import { hasBackend, hasPassphrase } from "./settings.ts";

/** Minikube's own image, the base images, both images with what their builds keep, and room for the changes after. */
const NEEDED_GB = 12;
const CPUS = 2;
const MEMORY_MB = 3000;
/** How far from the usual ones the ports lie that are proposed. */
const ASIDE = 1000;

/**
 * Minikube as it is now. None at all is good: `npm run up` makes one.
 * @param profile `undefined` when there is none
 */
export function checkCluster(name: string, state: State, profile: Profile | undefined, nodePorts: number[]): Finding[] {
  const title = `Minikube's ${name}`;
  if (profile === undefined) return [{ name: title, found: "not there yet; npm run up makes it" }];
  if (state === "half-made") return [{ name: title, found: "was never finished; npm run up makes it anew" }];
  const { driver, runtime, cpus = CPUS, memoryMb = MEMORY_MB, published } = profile;
  const again = `minikube delete -p ${name}, then npm run up`;
  const size = `${profile.cpus} CPUs, ${profile.memoryMb} MB, ${runtime} in ${driver}`;
  const findings: Finding[] =
    state === "broken"
      ? [{ name: title, found: "does not answer", cure: `minikube start -p ${name}; if that fails, ${again}` }]
      : [{ name: title, found: `${state}, ${size}${state === "stopped" ? "; npm run up starts it" : ""}` }];
  findings.push(...profileFaults(profile).map(({ fault, cure }) => ({ name: title, found: fault, cure })));
  if (cpus < CPUS || memoryMb < MEMORY_MB) {
    findings.push({ name: title, found: `is small: ${size}; the whole needs 2 CPUs and 3 GB`, cure: again });
  }
  if (driver === "docker" && process.platform !== "linux" && !nodePorts.every((port) => published.has(port))) {
    const found = "does not publish the ports, so that nothing on this machine leads in";
    findings.push({ name: title, found, cure: again });
  }
  return findings;
}

/** The ports that a new Minikube publishes must be free. */
export function checkPorts(nodePorts: number[], env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const others = nodePorts.map((port) => `127.0.0.1:${port + ASIDE}:${port}`);
  return checkFree(startPorts(nodePorts, env), `choose others: MINIKUBE_PORTS=${others.join(",")} npm run up`);
}

/** And so must be those that one which stands still has published, which nobody can change. */
export function checkPublished({ name, published }: Profile): Promise<Finding[]> {
  return checkFree(
    [...published.values()],
    `make a new Minikube, without what is in this one: minikube delete -p ${name}`,
  );
}

function checkFree(ports: number[], otherwise: string): Promise<Finding[]> {
  return Promise.all(
    ports.map(async (port) => {
      const name = `Port ${port}`;
      try {
        await assertPortFree(port, "PORT");
        return { name, found: "free" };
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        return { name, found: "in use", cure: `end the program that has it, or ${otherwise}` };
      }
    }),
  );
}

/** Where Pulumi keeps its state, and what encrypts the secrets in it. */
export function checkState(env: NodeJS.ProcessEnv, stack: string): Finding {
  const where = hasBackend(env) ? "where you are logged in" : "on this machine, as with pulumi login --local";
  const how = hasPassphrase(env) ? "with your passphrase" : "with an empty passphrase";
  return { name: "Pulumi's state", found: `stack ${stack}, ${where}, encrypted ${how}` };
}

export function checkDisk(folder: string): Finding {
  const { bavail, bsize } = statfsSync(folder);
  const free = Math.floor((bavail * bsize) / 1e9);
  if (free >= NEEDED_GB) return { name: "Disk", found: `${free} GB free` };
  const cure = "docker system prune, or npm run down and minikube delete for a fresh start";
  return { name: "Disk", found: `${free} GB free, ${NEEDED_GB} are needed`, cure, optional: true };
}

import { RunError } from "@pulumi/pulumi";
import type { Machine } from "./machine.ts";
import { type Profile, profileNames, readProfile } from "./minikube-profile.ts";

interface DockerEnv {
  /** The daemon's address, such as `tcp://192.168.49.2:2376`. */
  dockerHost: string;
  /** The folder with ca.pem, cert.pem and key.pem. */
  certPath: string;
}

/** Minikube's own Docker daemon, and where its node can be reached. */
export interface Minikube extends DockerEnv {
  profile: string;
  /** The node's address when this machine reaches it directly, as on Linux; not behind forwarded ports. */
  nodeAddress: string | undefined;
  /** Ports of the node that `minikube start --ports` published: the node's port to this machine's. */
  published: ReadonlyMap<number, number>;
}

/** Minikube's exit codes for what can be told apart (pkg/minikube/reason/exitcodes.go). */
const NO_PROFILE = 85;
const DRIVER_NONE = 51;
const SEVERAL_NODES = 81;
const CERTIFICATES = ["ca.pem", "cert.pem", "key.pem"];

/**
 * Asks Minikube for the Docker daemon in its node.
 * @throws RunError that says which command cures it
 */
export async function findMinikube(profile: string, machine: Machine): Promise<Minikube> {
  const known = readProfile(profile, machine);
  if (known !== undefined) {
    refuseUnfit(known);
  }
  const { dockerHost, certPath } = await dockerEnv(profile, machine);
  const missing = CERTIFICATES.filter((file) => !machine.exists(certPath, file));
  if (missing.length > 0) {
    throw new RunError(
      `Minikube says that the keys to its Docker daemon are in ${certPath}, but ${missing.join(", ")} is missing there. ` +
        `Start it once more, which writes them:\n  minikube start -p ${profile}`,
    );
  }
  return {
    profile,
    dockerHost,
    certPath,
    nodeAddress: directAddress(dockerHost),
    published: known?.published ?? new Map(),
  };
}

/** What to type to start a profile that fits. `npm run up` does the same with the ports of the settings. */
export function startCommand(profile: string): string {
  return (
    `minikube start -p ${profile} --driver=docker --container-runtime=docker --cpus=2 --memory=3g ` +
    "--ports=127.0.0.1:30000:30000,127.0.0.1:30001:30001"
  );
}

function refuseUnfit({ name, runtime, nodes, driver }: Profile): void {
  const anew = `Make it anew (this deletes what is in it) or take another profile:\n  minikube delete -p ${name} && ${startCommand(name)}\n  pulumi config set minikubeProfile OTHER`;
  if (driver === "none") {
    throw new RunError(noDaemonOfItsOwn(name));
  }
  if (runtime !== "docker") {
    throw new RunError(
      `Minikube's profile "${name}" runs ${runtime}, which has no Docker daemon to build images in (Minikube 1.39 and newer ` +
        `take containerd unless told otherwise). ${anew}`,
    );
  }
  if (nodes > 1) {
    throw new RunError(
      `Minikube's profile "${name}" has ${nodes} nodes, and an image built in one is not in the others. ${anew}`,
    );
  }
}

async function dockerEnv(profile: string, machine: Machine): Promise<DockerEnv> {
  const result = await machine.run("minikube", ["-p", profile, "docker-env", "--shell", "none", "-o", "json"]);
  switch (result.kind) {
    case "missing":
      throw new RunError(
        "minikube is not on PATH. Install it (https://minikube.sigs.k8s.io/docs/start) and start it:\n" +
          `  ${startCommand(profile)}\n` +
          "or deploy to another cluster: pulumi config set imageRegistry … and pulumi config set context …",
      );
    case "timeout":
      throw new RunError(
        `Minikube's profile "${profile}" gave no answer for ${result.seconds} s. See what it does:\n  minikube status -p ${profile}`,
      );
    case "failed":
      throw new RunError(whyItFailed(profile, result.code, result.stderr, machine));
    case "done":
      return parseDockerEnv(profile, result.stdout);
  }
}

/** Only the exit code tells what happened: on failure stdout is the text "false exit code N". */
function whyItFailed(profile: string, code: number, stderr: string, machine: Machine): string {
  switch (code) {
    case NO_PROFILE: {
      const others = profileNames(machine);
      const hint =
        others.length > 0
          ? `\nor take one that exists (${others.join(", ")}): pulumi config set minikubeProfile NAME`
          : "";
      return `Minikube has no profile "${profile}". Start it:\n  ${startCommand(profile)}${hint}`;
    }
    case DRIVER_NONE:
      return noDaemonOfItsOwn(profile);
    case SEVERAL_NODES:
      return (
        `Minikube's profile "${profile}" has several nodes, and an image built in one is not in the others. Make it anew ` +
        `with one (this deletes what is in it):\n  minikube delete -p ${profile} && ${startCommand(profile)}`
      );
    default: {
      const words = lastLine(stderr);
      return (
        `Minikube's profile "${profile}" does not run${words === "" ? "" : ` (${words})`}. Start it:\n` +
        `  minikube start -p ${profile}`
      );
    }
  }
}

function noDaemonOfItsOwn(profile: string): string {
  return (
    `Minikube's profile "${profile}" uses the driver "none", which has no Docker daemon of its own. Take another driver:\n` +
    `  ${startCommand(profile)}`
  );
}

function parseDockerEnv(profile: string, stdout: string): DockerEnv {
  let parsed: unknown;
  try {
    parsed = JSON.parse(stdout);
  } catch {
    parsed = undefined;
  }
  if (typeof parsed === "object" && parsed !== null && "DOCKER_HOST" in parsed && "DOCKER_CERT_PATH" in parsed) {
    const { DOCKER_HOST: dockerHost, DOCKER_CERT_PATH: certPath } = parsed;
    // A runtime other than Docker answers with ssh:// and a shim that can't build.
    if (typeof dockerHost === "string" && typeof certPath === "string" && dockerHost.startsWith("tcp://")) {
      return { dockerHost, certPath };
    }
  }
  throw new RunError(
    `Minikube's profile "${profile}" names no Docker daemon that speaks TLS. See what it says, and that its runtime is docker:\n` +
      `  minikube -p ${profile} docker-env --shell none\n  minikube profile list`,
  );
}

/** Behind Docker Desktop, WSL and rootless Docker the daemon is a forwarded port of this machine. */
function directAddress(dockerHost: string): string | undefined {
  const { hostname } = new URL(dockerHost);
  return /^(localhost|127\.|\[::1\])/.test(hostname) ? undefined : hostname;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1)?.trim() ?? "";
}

import { UserError } from "../scripts/local/user-error.mjs";
import type { Ask } from "../scripts/programs.ts";
import type { Machine } from "./machine.ts";
import { type Profile, profileFaults, profileNames, readProfile, startCommand } from "./minikube-profile.ts";

type DockerEnv = {
  /** The daemon's address, such as `tcp://192.168.49.2:2376`. */
  dockerHost: string;
  /** The folder with ca.pem, cert.pem and key.pem. */
  certPath: string;
};

/** Minikube's own Docker daemon, and where its node can be reached. */
export type Minikube = DockerEnv & {
  profile: string;
  /** The node's address when this machine reaches it directly, as on Linux; not behind forwarded ports. */
  nodeAddress: string | undefined;
  /** Ports of the node that `minikube start --ports` published: the node's port to this machine's. */
  published: ReadonlyMap<number, number>;
};

/** Minikube's exit codes for what can be told apart (pkg/minikube/reason/exitcodes.go). */
const NO_PROFILE = 85;
const DRIVER_NONE = 51;
const SEVERAL_NODES = 81;
const CERTIFICATES = ["ca.pem", "cert.pem", "key.pem"];

/**
 * Asks Minikube for the Docker daemon in its node.
 * @throws UserError that says which command cures it
 */
export async function findMinikube(profile: string, machine: Machine): Promise<Minikube> {
  const known = readProfile(profile, machine);
  if (known !== undefined) refuseUnfit(known);
  const result = await machine.run("minikube", dockerEnvArgs(profile));
  if (result.kind === "missing") {
    throw new UserError(
      "minikube is not on PATH. Install it (https://minikube.sigs.k8s.io/docs/start) and start it:\n" +
        `  ${startCommand(profile)}\n` +
        "or deploy to another cluster: pulumi config set imageRegistry … and pulumi config set context …",
    );
  }
  if (result.kind === "timeout") {
    throw new UserError(
      `Minikube's profile "${profile}" gave no answer for ${result.seconds} s. See what it does:\n  minikube status -p ${profile}`,
    );
  }
  if (result.kind === "failed") throw new UserError(whyItFailed(profile, result.code, result.stderr, machine));
  const { dockerHost, certPath } = parseDockerEnv(profile, result.stdout);
  const missing = CERTIFICATES.filter((file) => !machine.exists(certPath, file));
  if (missing.length > 0) {
    throw new UserError(
      `Minikube says that the keys to its Docker daemon are in ${certPath}, but ${missing.join(", ")} is missing there. ` +
        `Start it once more, which writes them:\n  minikube start -p ${profile}`,
    );
  }
  const published = known?.published ?? new Map();
  return { profile, dockerHost, certPath, nodeAddress: directAddress(dockerHost), published };
}

/** The variables by which `docker` means the one in Minikube. */
export async function dockerVariables(profile: string, ask: Ask): Promise<Record<string, string>> {
  const result = await ask("minikube", dockerEnvArgs(profile));
  const { dockerHost, certPath } = parseDockerEnv(profile, result.kind === "done" ? result.stdout : "");
  return { DOCKER_HOST: dockerHost, DOCKER_CERT_PATH: certPath, DOCKER_TLS_VERIFY: "1" };
}

/** In a form that needs no shell. */
function dockerEnvArgs(profile: string): string[] {
  return ["-p", profile, "docker-env", "--shell", "none", "-o", "json"];
}

function refuseUnfit(profile: Profile): void {
  const [first] = profileFaults(profile);
  if (first === undefined) return;
  const advice = "Make it anew (this deletes what is in it) or take another profile";
  throw new UserError(
    `Minikube's profile "${profile.name}" ${first.fault}. ${advice}:\n  ${first.cure}\n` +
      "  pulumi config set minikubeProfile OTHER",
  );
}

/** Only the exit code tells what happened: on failure stdout is the text "false exit code N". */
function whyItFailed(name: string, code: number, stderr: string, machine: Machine): string {
  const unfit = (change: { driver?: string; nodes?: number }) => {
    const [first] = profileFaults({ name, driver: "docker", runtime: "docker", nodes: 1, ...change });
    return `Minikube's profile "${name}" ${first?.fault}:\n  ${first?.cure}`;
  };
  if (code === DRIVER_NONE) return unfit({ driver: "none" });
  if (code === SEVERAL_NODES) return unfit({ nodes: 2 });
  if (code === NO_PROFILE) {
    const others = profileNames(machine);
    const list = `\nor take one that exists (${others.join(", ")}): pulumi config set minikubeProfile NAME`;
    return `Minikube has no profile "${name}". Start it:\n  ${startCommand(name)}${others.length > 0 ? list : ""}`;
  }
  const words = stderr.trim().split("\n").at(-1)?.trim();
  return `Minikube's profile "${name}" does not run${words ? ` (${words})` : ""}. Start it:\n  minikube start -p ${name}`;
}

function parseDockerEnv(profile: string, stdout: string): DockerEnv {
  const { DOCKER_HOST: dockerHost, DOCKER_CERT_PATH: certPath } = parse(stdout);
  // A runtime other than Docker answers with ssh:// and a shim that can't build.
  if (typeof dockerHost === "string" && typeof certPath === "string" && dockerHost.startsWith("tcp://")) {
    return { dockerHost, certPath };
  }
  throw new UserError(
    `Minikube's profile "${profile}" names no Docker daemon that speaks TLS. See what it says, and that its runtime is docker:\n` +
      `  minikube -p ${profile} docker-env --shell none\n  minikube profile list`,
  );
}

function parse(text: string): { DOCKER_HOST?: unknown; DOCKER_CERT_PATH?: unknown } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Behind Docker Desktop, WSL and rootless Docker the daemon is a forwarded port of this machine. */
function directAddress(dockerHost: string): string | undefined {
  const { hostname } = new URL(dockerHost);
  return /^(localhost|127\.|\[::1\])/.test(hostname) ? undefined : hostname;
}

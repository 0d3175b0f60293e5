import { randomBytes } from "node:crypto";
import { asker } from "../../scripts/programs.ts";
import { DEFAULTS } from "../../stack/defaults.ts";
import { dockerVariables } from "../../stack/minikube.ts";
import { execute } from "../support/execute.ts";

const LONG_MS = 1_800_000;

/** An engine with BuildKit, and what this run makes in it: all of it bears `prefix` in its name or label. */
export type Docker = {
  engine: string;
  prefix: string;
  env: NodeJS.ProcessEnv;
  /** Runs a command of docker and gives what it printed. */
  run: (...args: string[]) => Promise<string>;
  /** Removes containers, network and images of this run. */
  clean: () => Promise<void>;
};

/** Minikube's engine when Minikube runs, else that of this machine. @throws Error that says what is missing */
export async function findDocker(signal: AbortSignal): Promise<Docker> {
  const minikube = await minikubeVariables(signal);
  // Another builder that someone has chosen may not see the engine's base images.
  const env = { ...process.env, ...minikube, DOCKER_BUILDKIT: "1", BUILDX_BUILDER: "default" };
  const ask = (args: string[]) => execute("docker", args, { env, signal });
  const version = await ask(["version", "--format={{.Server.Version}}"]).catch(explain("No Docker engine answers"));
  await ask(["buildx", "version"]).catch(explain("Docker's plugin buildx, which builds with BuildKit, is missing"));
  const prefix = `todo-bench-${randomBytes(4).toString("hex")}`;
  const run = (...args: string[]) => execute("docker", args, { env, signal, timeoutMs: LONG_MS });
  // Without the signal: what was made is removed after an interruption too.
  const clean = () => removeAll(prefix, (...args) => execute("docker", args, { env, timeoutMs: LONG_MS }));
  return { engine: `Docker ${version}${minikube ? " in Minikube" : ""}`, prefix, env, run, clean };
}

async function minikubeVariables(signal: AbortSignal): Promise<Record<string, string> | undefined> {
  try {
    return await dockerVariables(process.env["MINIKUBE_PROFILE"] ?? DEFAULTS.minikubeProfile, asker({ signal }));
  } catch {
    signal.throwIfAborted();
    // There is none, or it does not run, or it has no Docker inside.
    return undefined;
  }
}

function explain(what: string): (error: unknown) => never {
  return (error) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${what}: start Docker or Minikube, then run this again.\n${why}`);
  };
}

async function removeAll(prefix: string, docker: (...args: string[]) => Promise<string>): Promise<void> {
  const listed = async (...args: string[]) => (await docker(...args)).split("\n").filter((line) => line !== "");
  const containers = await listed("ps", "--all", "--quiet", `--filter=name=${prefix}`);
  if (containers.length > 0) await docker("rm", "--force", "--volumes", ...containers);
  const networks = await listed("network", "ls", "--quiet", `--filter=name=${prefix}`);
  if (networks.length > 0) await docker("network", "rm", ...networks);
  // By their label, for each build takes the name away from the one before.
  const images = await listed("image", "ls", "--quiet", `--filter=label=${prefix}`);
  if (images.length > 0) await docker("image", "rm", "--force", ...new Set(images));
  await removeCache(prefix, docker);
}

/**
 * Removes cache mounts and layers whose command has the name of this run, and what is based on them. Nobody else will
 * use them.
 */
async function removeCache(prefix: string, docker: (...args: string[]) => Promise<string>): Promise<void> {
  const list = async () => ownRecords(await docker("buildx", "du", "--verbose"), prefix);
  let left = await list();
  let before = Number.POSITIVE_INFINITY;
  // A record goes once nothing is based on it any more.
  while (left.length > 0 && left.length < before) {
    for (const id of left) await docker("buildx", "prune", "--force", "--all", `--filter=id=${id}`);
    before = left.length;
    left = await list();
  }
}

/** The ids of a run's records in what `docker buildx du --verbose` prints: one block each, what was made last first. */
function ownRecords(text: string, prefix: string): string[] {
  const records = text.split(/\n\s*\n/).map((block) => ({
    id: /^ID:\s+(\w+)/m.exec(block)?.[1] ?? "",
    parents: [...block.matchAll(/^ - (\w+)/gm)].map(([, id = ""]) => id),
    madeAt: /^Created at:\s+(.*)/m.exec(block)?.[1] ?? "",
    named: block.includes(prefix),
  }));
  const own = new Set<string>();
  const inOrder = records.filter(({ id }) => id !== "").sort((a, b) => (a.madeAt < b.madeAt ? -1 : 1));
  for (const { id, parents, named } of inOrder) {
    if (named || parents.some((parent) => own.has(parent))) own.add(id);
  }
  return [...own].reverse();
}

import { coerce, gte } from "semver";
import type { Ask } from "../programs.ts";

export type Finding = {
  name: string;
  /** What there is, in a few words. */
  found: string;
  /** What to do when it is not good: a command, or where to get it. */
  cure?: string;
  /** Nothing fails without it. */
  optional?: boolean;
};

type Program = { name: string; ask: [string, ...string[]]; least: string; where: string };

const DOCKER: Program = {
  name: "Docker",
  ask: ["docker", "version", "--format", "{{.Server.Version}}"],
  // For running Minikube; the images are built by the Docker inside of it.
  least: "20.10.0",
  where: "https://docs.docker.com/get-started/get-docker/",
};
const MINIKUBE: Program = {
  name: "Minikube",
  ask: ["minikube", "version", "--short"],
  // The oldest that helm/QUICKSTART.md names.
  least: "1.36.0",
  where: "https://minikube.sigs.k8s.io/docs/start/",
};
const PULUMI: Program = {
  name: "Pulumi",
  ask: ["pulumi", "version"],
  // `--run-program`, and replacing by a trigger without its early faults.
  least: "3.226.0",
  where: "https://www.pulumi.com/docs/install/",
};

/** The programs that a cluster on this machine needs. */
export function checkPrograms(ask: Ask): Promise<Finding[]> {
  return Promise.all([checkDocker(ask), checkMinikube(ask), checkPulumi(ask), checkLanguageHost(ask)]);
}

export const checkDocker = (ask: Ask) => checkProgram(ask, DOCKER);
export const checkMinikube = (ask: Ask) => checkProgram(ask, MINIKUBE);
export const checkPulumi = (ask: Ask) => checkProgram(ask, PULUMI);

async function checkProgram(ask: Ask, { name, ask: [program, ...args], least, where }: Program): Promise<Finding> {
  const answer = await ask(program, args);
  if (answer.kind === "missing") return { name, found: `no ${program} on PATH`, cure: `install it: ${where}` };
  if (answer.kind !== "done" && program === "docker") {
    const closed = answer.kind === "failed" && /permission denied/i.test(answer.stderr);
    return closed
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
  const output = answer.kind === "done" ? answer.stdout : "";
  const version = findVersion(output);
  const cure = `update it: ${where}`;
  if (version === undefined) return { name, found: `does not tell its version: ${output.trim().slice(0, 80)}`, cure };
  return gte(version, least) ? { name, found: version } : { name, found: `${version}, needs ${least}`, cure };
}

/** Comes with every installed Pulumi; a lone `pulumi` that was copied somewhere lacks it. */
async function checkLanguageHost(ask: Ask): Promise<Finding> {
  const name = "Pulumi for Node.js";
  const { kind } = await ask("pulumi-language-nodejs", ["--help"]);
  if (kind !== "missing") return { name, found: "there" };
  return { name, found: "no pulumi-language-nodejs on PATH", cure: `install Pulumi as a whole: ${PULUMI.where}` };
}

/** Only for reading logs and looking around; Minikube brings one of its own. */
export async function checkKubectl(ask: Ask): Promise<Finding> {
  const name = "kubectl";
  const answer = await ask("kubectl", ["version", "--client", "-o", "json"]);
  return answer.kind === "missing"
    ? { name, found: "none on PATH", cure: "not needed: minikube kubectl -- does the same", optional: true }
    : { name, found: findVersion(answer.kind === "done" ? answer.stdout : "") ?? "unknown version", optional: true };
}

/** The first version number in a text, as in "v3.259.0" or "Docker version 26.1.5, build …". */
export function findVersion(text: string): string | undefined {
  return coerce(/\d+\.\d+(\.\d+)?/.exec(text)?.[0])?.version;
}

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { env } from "node:process";

const TIMEOUT_SECONDS = 60;

export type CommandResult =
  | { kind: "done"; stdout: string }
  | { kind: "failed"; code: number; stderr: string }
  | { kind: "missing" }
  | { kind: "timeout"; seconds: number };

/** What the program asks of the machine it runs on; tests hand in another one. */
export interface Machine {
  run(command: string, args: string[]): CommandResult;
  exists(...parts: string[]): boolean;
  /** A file's text, `undefined` when there is none. */
  read(...parts: string[]): string | undefined;
  /** The names in a folder, none when there is no such folder. */
  list(...parts: string[]): string[];
  /** Where Minikube keeps its profiles. */
  minikubeHome: string;
  /** Where Docker keeps its settings and logins. */
  dockerHome: string;
}

export function thisMachine(): Machine {
  return {
    run,
    exists: (...parts) => existsSync(path.join(...parts)),
    read: (...parts) => {
      const file = path.join(...parts);
      return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    },
    list: (...parts) => {
      const folder = path.join(...parts);
      return existsSync(folder) ? readdirSync(folder) : [];
    },
    minikubeHome: minikubeHome(),
    dockerHome: env["DOCKER_CONFIG"] || path.join(homedir(), ".docker"),
  };
}

function run(command: string, args: string[]): CommandResult {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    env: withoutDocker(env),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_SECONDS * 1000,
  });
  if (error !== undefined) {
    if ("code" in error && error.code === "ENOENT") {
      return { kind: "missing" };
    }
    if ("code" in error && error.code === "ETIMEDOUT") {
      return { kind: "timeout", seconds: TIMEOUT_SECONDS };
    }
    throw error;
  }
  return status === 0 ? { kind: "done", stdout } : { kind: "failed", code: status ?? -1, stderr };
}

/** A daemon that the shell points at would be mixed into Minikube's answer. */
function withoutDocker(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => !/^(DOCKER_|MINIKUBE_(ACTIVE|EXISTING))/.test(name)),
  );
}

/** As Minikube finds it: MINIKUBE_HOME is the folder, or the one above it. */
function minikubeHome(): string {
  const given = env["MINIKUBE_HOME"];
  if (given === undefined || given === "") {
    return path.join(homedir(), ".minikube");
  }
  return path.basename(given) === ".minikube" ? given : path.join(given, ".minikube");
}

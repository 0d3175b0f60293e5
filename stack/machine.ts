import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { env } from "node:process";
import { readIfAny } from "../scripts/local/stamps.mjs";
import { type Ask, asker } from "../scripts/programs.ts";

/** What the program asks of the machine it runs on; tests hand in another one. */
export type Machine = {
  run: Ask;
  exists(...parts: string[]): boolean;
  /** A file's text, `undefined` when there is none. */
  read(...parts: string[]): string | undefined;
  /** The names in a folder, none when there is no such folder. */
  list(...parts: string[]): string[];
  /** Where Minikube keeps its profiles. */
  minikubeHome: string;
  /** Where Docker keeps its settings and logins. */
  dockerHome: string;
};

/** @param run asks programs; unless given, without the shell's own Docker, which Minikube would mix into its answer */
export function thisMachine(run: Ask = asker({ env: withoutDocker(env) })): Machine {
  return {
    run,
    exists: (...parts) => existsSync(path.join(...parts)),
    read: (...parts) => readIfAny(path.join(...parts)),
    list: (...parts) => (existsSync(path.join(...parts)) ? readdirSync(path.join(...parts)) : []),
    minikubeHome: minikubeHome(),
    dockerHome: env["DOCKER_CONFIG"] || path.join(homedir(), ".docker"),
  };
}

function withoutDocker(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => !/^(DOCKER_|MINIKUBE_(ACTIVE|EXISTING))/.test(name)),
  );
}

/** As Minikube finds it: MINIKUBE_HOME is the folder, or the one above it. */
function minikubeHome(): string {
  const given = env["MINIKUBE_HOME"] || homedir();
  return path.basename(given) === ".minikube" ? given : path.join(given, ".minikube");
}

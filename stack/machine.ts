import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { env } from "node:process";

export type CommandResult =
  | { kind: "done"; stdout: string }
  | { kind: "failed"; code: number; stderr: string }
  | { kind: "missing" }
  | { kind: "timeout"; seconds: number };

/** What the program asks of the machine it runs on; tests hand in another one. */
export interface Machine {
  /** Rejects when the command is there and could not be started, as without the right to. */
  run(command: string, args: string[]): Promise<CommandResult>;
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

/** @param timeoutSeconds how long a command may take */
export function thisMachine(timeoutSeconds = 60): Machine {
  return {
    run: (command, args) => run(command, args, timeoutSeconds),
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

function run(command: string, args: string[], timeoutSeconds: number): Promise<CommandResult> {
  const options = { env: withoutDocker(env), timeout: timeoutSeconds * 1000 };
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve({ kind: "done", stdout });
      } else if (error.code === "ENOENT") {
        resolve({ kind: "missing" });
      } else if (typeof error.code === "string") {
        reject(error);
      } else if (error.killed) {
        resolve({ kind: "timeout", seconds: timeoutSeconds });
      } else {
        resolve({ kind: "failed", code: error.code ?? -1, stderr });
      }
    });
    // Nobody is there to answer a question.
    child.stdin?.end();
  });
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

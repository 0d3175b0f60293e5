import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pulumiEnv } from "../../../scripts/cluster/settings.ts";
import { ROOT } from "../../../scripts/local/paths.mjs";
import { copyRepository } from "../repository.ts";
import { NODE_PORTS, PROFILE } from "./profile.ts";

export const MINUTE = 60_000;
/** From source with nothing built before, on two slow cores. */
export const LONG = 20 * MINUTE;
export const STACK = "test";

/** `output` is what it wrote on both channels, as it came. */
export type Result = { code: number; output: string; stdout: string };

/** A copy of this repository that may be changed, with a stack, a state and a kubeconfig of its own. */
const folder = path.join(tmpdir(), `todo-stack-${process.pid}`);
export const COPY = path.join(folder, "todo");

/** Everything here talks to the tests' own Minikube, and nothing but a login elsewhere is hidden from Pulumi. */
export const ENV: NodeJS.ProcessEnv = {
  ...pulumiEnv(process.env, process.execPath),
  PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
  PULUMI_CONFIG_PASSPHRASE: "",
  // `minikube start` must not lead the developer's own kubectl elsewhere.
  KUBECONFIG: path.join(folder, "kubeconfig"),
  MINIKUBE_PORTS: undefined,
};

/** Makes the copy: what belongs to the repository, committed or not, and what is installed. */
export function makeCopy(): void {
  rmSync(folder, { recursive: true, force: true });
  copyRepository(COPY);
  symlinkSync(path.join(ROOT, "node_modules"), path.join(COPY, "node_modules"));
  mkdirSync(path.join(folder, "state"));
  writeFileSync(
    path.join(COPY, `Pulumi.${STACK}.yaml`),
    `config:
  todo:minikubeProfile: ${PROFILE}
  todo:frontendNodePort: ${NODE_PORTS[0]}
  todo:backendNodePort: ${NODE_PORTS[1]}
`,
  );
}

export function removeCopy(): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs a program in the copy, with all that it says. It is ended when it takes longer than `timeoutMs`. */
export function run(program: string, args: readonly string[], timeoutMs = 5 * MINUTE): Promise<Result> {
  return start(program, args, timeoutMs).done;
}

export type Running = { child: ChildProcess; output: () => string; done: Promise<Result> };

export function start(program: string, args: readonly string[], timeoutMs: number): Running {
  // A group of its own, as in a terminal: so a Ctrl-C can be given to all of it.
  const child = spawn(program, args, { cwd: COPY, env: ENV, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let stdout = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const timer = setTimeout(() => {
    output += `\nended after ${timeoutMs / 1000} s`;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, timeoutMs);
  const done = new Promise<Result>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output, stdout });
    });
  });
  return { child, output: () => output, done };
}

/** Runs a program and gives its standard output; throws with all that it said when it fails. */
export async function must(program: string, args: readonly string[], timeoutMs?: number): Promise<string> {
  const { code, output, stdout } = await run(program, args, timeoutMs);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${output}`);
  return stdout;
}

/** One of the project's npm scripts on the tests' stack. */
export function npm(script: string, timeoutMs = LONG): Promise<Result> {
  return run("npm", ["run", "--silent", script, "--", STACK], timeoutMs);
}

/** The same, which must end well. */
export async function npmWell(script: string, timeoutMs = LONG): Promise<{ output: string; seconds: number }> {
  const began = performance.now();
  const { code, output } = await npm(script, timeoutMs);
  if (code !== 0) throw new Error(`npm run ${script} ended with ${code}:\n${output.slice(-8_000)}`);
  return { output, seconds: (performance.now() - began) / 1_000 };
}

/** Changes a file of the copy; the function that comes back puts it as it was. */
export function change(file: string, edit: (text: string) => string): () => void {
  const place = path.join(COPY, file);
  const before = readFileSync(place, "utf8");
  const after = edit(before);
  if (after === before) throw new Error(`nothing to change in ${file}`);
  writeFileSync(place, after);
  return () => writeFileSync(place, before);
}

/** Prints a figure of this run, so that it stands in the output of the tests. */
export function tell(line: string): void {
  console.log(`measured: ${line}`);
}

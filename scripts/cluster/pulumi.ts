import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "../local/paths.mjs";
import { isAlive } from "../local/processes.mjs";
import { UserError } from "../local/user-error.mjs";
import { type Answer, type Ask, asker, runGently } from "../programs.ts";
import { type EngineEvent, readEvents } from "./events.ts";
import type { Config } from "./settings.ts";

const QUIET = ["--non-interactive", "--color=never"];

export type UpdateOptions = { env: NodeJS.ProcessEnv; signal: AbortSignal };

/**
 * The settings of a stack that are no secrets, without the project's name before them. A stack that does not exist yet
 * is made, and selected for the user's own `pulumi` commands too.
 */
export async function openStack(stack: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Config> {
  const ask = asker({ env, cwd: ROOT, signal });
  let answer = await askConfig(stack, ask);
  if (answer.kind === "failed" && /no stack named/.test(answer.stderr)) {
    const made = await ask("pulumi", ["stack", "select", stack, "--create", ...QUIET]);
    answer = made.kind === "done" ? await askConfig(stack, ask) : made;
  }
  if (answer.kind === "done") return plainSettings(answer.stdout);
  throw new UserError(`Pulumi can't open the stack ${stack}: ${reason(answer)}`);
}

/** The same for a stack that may not be there, which is not made: it has no settings then. */
export async function readStackConfig(stack: string, ask: Ask): Promise<Config> {
  const answer = await askConfig(stack, ask);
  return answer.kind === "done" ? plainSettings(answer.stdout) : {};
}

/** What the newest `pulumi up` has told of its deployment; `undefined` when there is none, or none that tells it. */
export async function readDeployed(stack: string, ask: Ask): Promise<{ keepData?: boolean } | undefined> {
  const answer = await ask("pulumi", ["stack", "output", "deployed", "--json", "--stack", stack, ...QUIET]);
  return answer.kind === "done" && answer.stdout.trim() !== "" ? Object(JSON.parse(answer.stdout)) : undefined;
}

function askConfig(stack: string, ask: Ask): Promise<Answer> {
  return ask("pulumi", ["config", "--json", "--stack", stack, ...QUIET]);
}

/** Drops the record of what a stack deployed, for when the cluster it lay in is gone. The settings' file stays. */
export async function forgetStack(stack: string, { env, signal }: UpdateOptions): Promise<void> {
  const args = ["stack", "rm", stack, "--force", "--yes", "--preserve-config", ...QUIET];
  const answer = await asker({ env, cwd: ROOT, signal })("pulumi", args);
  if (answer.kind !== "done") throw new UserError(`Pulumi can't remove the stack ${stack}: ${reason(answer)}`);
}

/** @param json what `pulumi config --json` prints */
export function plainSettings(json: string): Config {
  const entries: Record<string, { value?: string }> = JSON.parse(json);
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, { value }]) =>
      value === undefined ? [] : [[key.slice(key.indexOf(":") + 1), value]],
    ),
  );
}

/** `pulumi up` or `pulumi destroy`, in sight of the user, without asking and without showing a preview first. */
export async function update(
  command: "up" | "destroy",
  stack: string,
  options: UpdateOptions,
): Promise<{ ok: boolean; events: EngineEvent[] }> {
  const first = await updateOnce(command, stack, options);
  if (first.ok || !isLockedByTheDead(first.stderr)) return first;
  console.log("The one that held the lock was killed: removing its lock.");
  await asker({ ...options, cwd: ROOT })("pulumi", ["cancel", "--yes", "--stack", stack]);
  return updateOnce(command, stack, options);
}

async function updateOnce(command: "up" | "destroy", stack: string, { env, signal }: UpdateOptions) {
  const folder = mkdtempSync(path.join(tmpdir(), "todo-pulumi-"));
  const log = path.join(folder, "events.json");
  try {
    const args = [command, "--yes", "--skip-preview", "--stack", stack, "--event-log", log];
    // Pulumi knows the flag for its log of events only when this is set.
    const place = { cwd: ROOT, env: { ...env, PULUMI_DEBUG_COMMANDS: "true" }, signal };
    const { code, stderr } = await runGently("pulumi", args, place);
    signal.throwIfAborted();
    return { ok: code === 0, events: readEvents(log), stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Whether Pulumi refused to work because of a lock whose holder was killed on this machine. A holder that lives, or one
 * elsewhere, keeps its lock.
 * @param output what Pulumi wrote on its error channel
 */
export function isLockedByTheDead(output: string, { host, alive } = { host: hostname(), alive: isAlive }): boolean {
  if (!/currently locked by \d+ lock/.test(output)) return false;
  const holders = [...output.matchAll(/created by [^@\s]+@(\S+) \(pid (\d+)\)/g)];
  return holders.length > 0 && holders.every(([, where, pid]) => where === host && !alive(Number(pid)));
}

function reason(answer: Answer): string {
  if (answer.kind === "missing") return "it is not on PATH; npm run doctor says where to get it";
  return answer.kind === "failed" ? answer.stderr.replace(/^error: /gm, "").trim() : "it does not answer";
}

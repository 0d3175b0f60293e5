import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ROOT } from "../local/paths.mjs";
import { UserError } from "../local/user-error.mjs";
import { asker } from "./ask.mjs";
import { readEvents } from "./events.mjs";
import { runGently } from "./gently.mjs";
import { isLockedByTheDead } from "./locks.mjs";

/**
 * @typedef {object} Update
 * @property {boolean} ok
 * @property {import("./events.mjs").EngineEvent[]} events what happened, as far as it came
 */

const QUIET = ["--non-interactive", "--color=never"];

/** The update that runs now, for a second Ctrl-C. @type {import("./gently.mjs").GentleRun | undefined} */
let running;

/** Ends a running update at once. */
export function forceEnd() {
  running?.force();
}

/**
 * The settings of a stack that are no secrets, without the project's name before them. A stack that does not exist yet
 * is made, and selected for the user's own `pulumi` commands too.
 * @param {string} stack
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} signal
 * @returns {Promise<Record<string, string>>}
 */
export async function openStack(stack, env, signal) {
  const ask = asker({ env, cwd: ROOT, signal });
  const config = ["config", "--json", "--stack", stack, ...QUIET];
  let answer = await ask("pulumi", config);
  if (answer !== undefined && /no stack named/.test(answer.stderr)) {
    const made = await ask("pulumi", ["stack", "select", stack, "--create", ...QUIET]);
    answer = made?.code === 0 ? await ask("pulumi", config) : made;
  }
  if (answer?.code !== 0) {
    throw new UserError(`Pulumi can't open the stack ${stack}: ${reason(answer)}`);
  }
  return plainSettings(answer.stdout);
}

/**
 * The same for a stack that may not be there, which is not made: it has no settings then.
 * @param {string} stack
 * @param {import("./ask.mjs").Ask} ask within the repository
 */
export async function readStackConfig(stack, ask) {
  const answer = await ask("pulumi", ["config", "--json", "--stack", stack, ...QUIET]);
  return answer?.code === 0 ? plainSettings(answer.stdout) : {};
}

/**
 * Drops the record of what a stack deployed, for when the cluster it lay in is gone. The settings' file stays.
 * @param {string} stack
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} signal
 */
export async function forgetStack(stack, env, signal) {
  const args = ["stack", "rm", stack, "--force", "--yes", "--preserve-config", ...QUIET];
  const answer = await asker({ env, cwd: ROOT, signal })("pulumi", args);
  if (answer?.code !== 0) {
    throw new UserError(`Pulumi can't remove the stack ${stack}: ${reason(answer)}`);
  }
}

/**
 * @param {string} json what `pulumi config --json` prints
 * @returns {Record<string, string>}
 */
export function plainSettings(json) {
  /** @type {Record<string, { value?: string }>} */
  const entries = JSON.parse(json);
  return Object.fromEntries(
    Object.entries(entries).flatMap(([key, { value }]) =>
      value === undefined ? [] : [[key.slice(key.indexOf(":") + 1), value]],
    ),
  );
}

/**
 * `pulumi up` or `pulumi destroy`, in sight of the user, without asking and without showing a preview first.
 * @param {"up" | "destroy"} command
 * @param {string} stack
 * @param {{ env: NodeJS.ProcessEnv, signal: AbortSignal }} options
 * @returns {Promise<Update>}
 */
export async function update(command, stack, options) {
  const first = await updateOnce(command, stack, options);
  if (first.ok || !isLockedByTheDead(first.stderr)) {
    return first;
  }
  console.log("The one that held the lock was killed: removing its lock.");
  await asker({ env: options.env, cwd: ROOT, signal: options.signal })("pulumi", ["cancel", "--yes", "--stack", stack]);
  return updateOnce(command, stack, options);
}

/**
 * @param {"up" | "destroy"} command
 * @param {string} stack
 * @param {{ env: NodeJS.ProcessEnv, signal: AbortSignal }} options
 */
async function updateOnce(command, stack, { env, signal }) {
  const folder = mkdtempSync(path.join(tmpdir(), "todo-pulumi-"));
  const log = path.join(folder, "events.json");
  try {
    const args = [command, "--yes", "--skip-preview", "--stack", stack, "--event-log", log];
    // Pulumi knows the flag for its log of events only when this is set.
    running = runGently("pulumi", args, { cwd: ROOT, env: { ...env, PULUMI_DEBUG_COMMANDS: "true" }, signal });
    const { code, stderr } = await running.done;
    signal.throwIfAborted();
    return { ok: code === 0, events: readEvents(log), stderr };
  } finally {
    running = undefined;
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {import("./ask.mjs").Answer | undefined} answer */
function reason(answer) {
  return answer === undefined
    ? "it is not on PATH; npm run doctor says where to get it"
    : answer.stderr.replace(/^error: /gm, "").trim();
}

import { ROOT } from "../local/paths.mjs";
import { run } from "../local/run.mjs";
import { step } from "../local/steps.mjs";
import { UserError } from "../local/user-error.mjs";
import { asker } from "./ask.mjs";
import { profileFaults, readProfile, startArgs } from "./minikube.mjs";
import { checkDocker, checkMinikube, checkPulumi } from "./prerequisites.mjs";
import { openStack } from "./pulumi.mjs";
import { isLocal, nodePortsOf, profileOf } from "./settings.mjs";

/**
 * The stack's settings, once all that a deployment needs is known to be there; all that is missing is said at once.
 * @param {string} stack
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} signal
 */
export async function prepare(stack, env, signal) {
  const ask = asker({ env, signal });
  const programs = Promise.all([checkDocker(ask), checkPulumi(ask)]);
  const [findings, minikube, opened] = await Promise.allSettled([
    programs,
    checkMinikube(ask),
    openStack(stack, env, signal),
  ]);
  signal.throwIfAborted();
  refuseMissing(settled(findings));
  const config = settled(opened);
  if (isLocal(config)) {
    refuseMissing([settled(minikube)]);
    await ensureMinikube(config, env, signal);
  }
  return config;
}

/** @param {import("./prerequisites.mjs").Finding[]} findings */
function refuseMissing(findings) {
  const lines = findings.flatMap(({ name, found, cure }) => (cure === undefined ? [] : [`${name}: ${found}; ${cure}`]));
  if (lines.length > 0) {
    throw new UserError(lines.join("\n       "));
  }
}

/**
 * @template T
 * @param {PromiseSettledResult<T>} result
 * @returns {T}
 */
function settled(result) {
  if (result.status === "rejected") {
    throw result.reason;
  }
  return result.value;
}

/**
 * Starts Minikube unless it runs; makes it, as the README says, when there is none.
 * @param {import("./settings.mjs").Config} config
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} signal
 */
export async function ensureMinikube(config, env, signal) {
  const profile = profileOf(config);
  const ask = asker({ env, signal });
  const before = await readProfile(ask, profile);
  const [wrong] = profileFaults(profile, before);
  if (wrong !== undefined) {
    throw new UserError(`Minikube's profile ${profile} ${wrong.fault}: ${wrong.cure}`);
  }
  if (before.state === "running") {
    return;
  }
  const [title, args] =
    before.state === "none"
      ? ["Making a Minikube (once, some minutes)", startArgs(profile, nodePortsOf(config), env)]
      : ["Starting Minikube", ["start", "-p", profile]];
  const { code, output } = await step(title, () => run("minikube", args, { cwd: ROOT, env, signal }));
  if (code !== 0) {
    console.error(explanation(output));
    throw new UserError(
      `minikube ${args.join(" ")} failed, its own words are above; ` +
        `if it can't be mended, minikube delete -p ${profile} and npm run up make a new one`,
    );
  }
}

/**
 * Minikube's complaint without its progress, which stands before it.
 * @param {string} output
 */
export function explanation(output) {
  const lines = output.trimEnd().split("\n");
  const from = lines.findLastIndex((line) => /^(❌|X |🤷|\* Exiting|Exiting)/u.test(line.trim()));
  return lines.slice(from >= 0 ? from : -15).join("\n");
}

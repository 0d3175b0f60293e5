import { thisMachine } from "../../stack/machine.ts";
import { askMinikube, profileFaults, startArgs } from "../../stack/minikube-profile.ts";
import { ROOT } from "../local/paths.mjs";
import { step } from "../local/steps.mjs";
import { UserError } from "../local/user-error.mjs";
import { asker, run } from "../programs.ts";
import { checkPorts, checkPublished } from "./checks.ts";
import { checkDocker, checkMinikube, checkPulumi, type Finding } from "./prerequisites.ts";
import { openStack } from "./pulumi.ts";
import { type Config, isLocal, nodePortsOf, profileOf } from "./settings.ts";

/** The stack's settings, once all that a deployment needs is known to be there; all that is missing is said at once. */
export async function prepare(stack: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Config> {
  const ask = asker({ env, signal });
  const [programs, minikube, opened] = await Promise.allSettled([
    Promise.all([checkDocker(ask), checkPulumi(ask)]),
    checkMinikube(ask),
    openStack(stack, env, signal),
  ]);
  signal.throwIfAborted();
  refuseMissing(settled(programs));
  const config = settled(opened);
  if (isLocal(config)) {
    refuseMissing([settled(minikube)]);
    await ensureMinikube(config, env, signal);
  }
  return config;
}

function refuseMissing(findings: Finding[]): void {
  const lines = findings.flatMap(({ name, found, cure }) => (cure === undefined ? [] : [`${name}: ${found}; ${cure}`]));
  if (lines.length > 0) throw new UserError(lines.join("\n       "));
}

function settled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}

/** Starts Minikube unless it runs; makes it, as the README says, when there is none. */
export async function ensureMinikube(config: Config, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  const name = profileOf(config);
  const { state, profile, still } = await askMinikube(name, thisMachine(asker({ env, signal })));
  const [wrong] = profile === undefined ? [] : profileFaults(profile);
  if (wrong !== undefined) throw new UserError(`Minikube's profile ${name} ${wrong.fault}: ${wrong.cure}`);
  if (state === "running") return;
  const isNew = state === "none" || state === "half-made";
  const ports = nodePortsOf(config);
  if (isNew) refuseMissing(await checkPorts(ports, env));
  else if (still && profile !== undefined) refuseMissing(await checkPublished(profile));
  const place = { cwd: ROOT, env, signal };
  const removeIt = () => run("minikube", ["delete", "-p", name], place);
  if (state === "half-made") await step("Removing a Minikube that was never finished", removeIt);
  const title = isNew ? "Making a Minikube (once, some minutes)" : "Starting Minikube";
  const args = isNew ? startArgs(name, ports, env) : ["start", "-p", name];
  const { code, output } = await step(title, () => run("minikube", args, place));
  if (code === 0) return;
  // Nothing is in it yet, and the next start would not be one from nothing.
  if (isNew) await removeIt();
  console.error(explanation(output));
  const cure = isNew
    ? "what it had begun is removed"
    : `if it can't be mended, minikube delete -p ${name} and npm run up make a new one`;
  throw new UserError(`minikube ${args.join(" ")} failed, its own words are above; ${cure}`);
}

/** Minikube's complaint without its progress, which stands before it. */
export function explanation(output: string): string {
  const lines = output.trimEnd().split("\n");
  const from = lines.findLastIndex((line) => /^(❌|X |🤷|\* Exiting|Exiting)/u.test(line.trim()));
  return lines.slice(from >= 0 ? from : -15).join("\n");
}

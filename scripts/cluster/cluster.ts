import { thisMachine } from "../../stack/machine.ts";
import { askMinikube, profileFaults, startArgs } from "../../stack/minikube-profile.ts";
import { ROOT } from "../local/paths.mjs";
import { step } from "../local/steps.mjs";
import { UserError } from "../local/user-error.mjs";
import { asker, run } from "../programs.ts";
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
  const { state, profile } = await askMinikube(name, thisMachine(asker({ env, signal })));
  const [wrong] = profile === undefined ? [] : profileFaults(profile);
  if (wrong !== undefined) throw new UserError(`Minikube's profile ${name} ${wrong.fault}: ${wrong.cure}`);
  if (state === "running") return;
  const isNew = state === "none";
  const title = isNew ? "Making a Minikube (once, some minutes)" : "Starting Minikube";
  const args = isNew ? startArgs(name, nodePortsOf(config), env) : ["start", "-p", name];
  const { code, output } = await step(title, () => run("minikube", args, { cwd: ROOT, env, signal }));
  if (code === 0) return;
  console.error(explanation(output));
  throw new UserError(
    `minikube ${args.join(" ")} failed, its own words are above; ` +
      `if it can't be mended, minikube delete -p ${name} and npm run up make a new one`,
  );
}

/** Minikube's complaint without its progress, which stands before it. */
export function explanation(output: string): string {
  const lines = output.trimEnd().split("\n");
  const from = lines.findLastIndex((line) => /^(❌|X |🤷|\* Exiting|Exiting)/u.test(line.trim()));
  return lines.slice(from >= 0 ? from : -15).join("\n");
}

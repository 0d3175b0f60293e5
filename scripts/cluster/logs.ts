import { setTimeout as delay } from "node:timers/promises";
import { forStack } from "../../stack/defaults.ts";
import { thisMachine } from "../../stack/machine.ts";
import { askMinikube } from "../../stack/minikube-profile.ts";
import { runCommand } from "../command.ts";
import { ROOT } from "../local/paths.mjs";
import { UserError } from "../local/user-error.mjs";
import { type Ask, asker, run } from "../programs.ts";
import { findKubectl, startedContainers } from "./kubectl.ts";
import { openStack } from "./pulumi.ts";
import { type Config, isLocal, namespaceOf, profileOf, pulumiEnv, stackName } from "./settings.ts";

// npm run logs [-- stack] [--backend | --frontend | --postgres]: what the pods write, as it comes, until Ctrl-C. Pods
// that come later, by a roll or a restart, are followed too.

const PARTS = ["frontend", "backend", "postgres"];
const LOOK_AGAIN_MS = 2000;

async function logs(signal: AbortSignal): Promise<undefined> {
  const args = process.argv.slice(2);
  const flags = args.filter((arg) => arg.startsWith("--")).map((arg) => arg.slice(2));
  const unknown = flags.find((flag) => !PARTS.includes(flag));
  if (unknown !== undefined) {
    throw new UserError(`there is no part ${unknown}: name some of ${PARTS.map((part) => `--${part}`).join(", ")}`);
  }
  const env = pulumiEnv(process.env, process.execPath);
  const stack = stackName(args, process.env);
  const config = await openStack(stack, env, signal);
  const ask = asker({ env, signal });
  const { program, before } = await findKubectl(config, ask);
  const inNamespace = [...before, "-n", namespaceOf(config)];
  const selector = `app.kubernetes.io/name in (${(flags.length > 0 ? flags : PARTS).join(",")})`;
  /** The containers whose log was shown, by their ids. */
  const followed = new Set<string>();
  const follow = async (pod: string, name: string) => {
    const what = ["logs", "--follow", "--prefix", "--tail=100", pod, "-c", name];
    try {
      // Ends with its container; what happens then is seen by the next look.
      await run(program, [...inNamespace, ...what], { cwd: ROOT, env, signal, show: true });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };
  while (!signal.aborted) {
    const answer = await ask(program, [...inNamespace, "get", "pods", "-l", selector, "-o", "json"]);
    if (answer.kind !== "done") {
      const words = answer.kind === "failed" ? answer.stderr.trim().split("\n").at(-1) : answer.kind;
      throw new UserError((await whyNotThere(config, stack, ask)) ?? `the cluster does not answer: ${words}`);
    }
    const fresh = startedContainers(answer.stdout).filter(({ id }) => !followed.has(id));
    if (followed.size === 0 && fresh.length === 0) console.log("No pod runs yet; waiting for one. Ctrl-C ends this.");
    for (const { id, pod, name } of fresh) {
      followed.add(id);
      void follow(pod, name);
    }
    await delay(LOOK_AGAIN_MS, undefined, { signal });
  }
}

/** What is wrong with the stack's Minikube, with its cure; `undefined` when that runs, or there is none to be one. */
async function whyNotThere(config: Config, stack: string, ask: Ask): Promise<string | undefined> {
  if (!isLocal(config)) return undefined;
  const name = profileOf(config);
  const { state } = await askMinikube(name, thisMachine(ask));
  if (state === "running") return undefined;
  const what = {
    stopped: "is stopped",
    broken: "does not answer",
    none: "is not there",
    "half-made": "was never finished",
  };
  return `Minikube's profile ${name} ${what[state]}, so nothing runs in it: npm run up${forStack(stack)} starts it`;
}

await runCommand(logs, { onStop: "", stoppedCode: 0 });

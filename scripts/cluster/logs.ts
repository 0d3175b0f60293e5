import { setTimeout as delay } from "node:timers/promises";
import { runCommand } from "../command.ts";
import { ROOT } from "../local/paths.mjs";
import { UserError } from "../local/user-error.mjs";
import { asker, run } from "../programs.ts";
import { findKubectl, startedContainers } from "./kubectl.ts";
import { openStack } from "./pulumi.ts";
import { namespaceOf, pulumiEnv, stackName } from "./settings.ts";

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
  const config = await openStack(stackName(args, process.env), env, signal);
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
      throw new UserError(`the cluster does not answer: ${words}`);
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

await runCommand(logs, { onStop: "", stoppedCode: 0 });

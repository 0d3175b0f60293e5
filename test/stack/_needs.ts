import { checkDisk } from "../../scripts/cluster/checks.ts";
import { explanation } from "../../scripts/cluster/cluster.ts";
import { checkKubectl, checkPrograms } from "../../scripts/cluster/prerequisites.ts";
import { ROOT } from "../../scripts/local/paths.mjs";
import { asker, run } from "../../scripts/programs.ts";
import { startArgs } from "../../stack/minikube-profile.ts";
import { findChromium } from "../support/chromium.ts";
import { NODE_PORTS, PROFILE } from "../support/stack/profile.ts";

/** What this machine lacks for the tests of the stack; undefined when it has all. */
export async function whatIsMissing(): Promise<string | undefined> {
  const ask = asker();
  const needed = [...(await checkPrograms(ask)), await checkKubectl(ask), checkDisk(ROOT)];
  const missing = needed.filter(({ cure }) => cure !== undefined).map(({ name, found }) => `${name}: ${found}`);
  const browser = findChromium(process.env) ? [] : ["no Chromium or Chrome was found"];
  return [...missing, ...browser].join("; ") || undefined;
}

/** Makes the tests' Minikube once to see whether it can be made here; the reason when it can't. */
export async function whyMinikubeFails(): Promise<string | undefined> {
  await run("minikube", ["delete", "-p", PROFILE], { cwd: ROOT });
  const args = [...startArgs(PROFILE, NODE_PORTS, process.env), "--keep-context"];
  const { code, output } = await run("minikube", args, { cwd: ROOT });
  return code === 0 ? undefined : `minikube start failed: ${explanation(output)}`;
}

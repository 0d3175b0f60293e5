import { must, run, STACK } from "./world.ts";

export type Step = { op: string; urn: string };

/** Ops that change nothing. */
const QUIET_OPS = ["same", "read", "refresh"];

/** What an update would do, as "update Deployment backend"; each object once, in the order of the alphabet. */
export async function previewed(): Promise<string[]> {
  const args = ["preview", "--json", "--stack", STACK, "--non-interactive", "--color=never"];
  const { code, output, stdout } = await run("pulumi", args);
  if (code !== 0) throw new Error(`pulumi preview ended with ${code}:\n${output}`);
  const { steps = [] } = JSON.parse(stdout) as { steps?: Step[] };
  const lines = steps
    .filter(({ op }) => !QUIET_OPS.includes(op))
    .map(({ op, urn }) => `${kindOfChange(op)} ${nameOf(urn)}`);
  return [...new Set(lines)].sort();
}

/** A replacement is three steps; it counts once. */
function kindOfChange(op: string): string {
  return /replac/.test(op) ? "replace" : op;
}

/** The kind and the name of a resource: "Deployment backend". */
function nameOf(urn: string): string {
  const [, , types = "", ...name] = urn.split("::");
  const kind = types.split("$").at(-1)?.split(":").at(-1)?.split("/").at(-1);
  const last = name.join("::").split("/").at(-1)?.split(":").at(-1);
  return `${kind} ${last}`;
}

export async function setConfig(key: string, value: string, ...flags: string[]): Promise<void> {
  await must("pulumi", ["config", "set", ...flags, "--stack", STACK, key, value]);
}

export async function unsetConfig(key: string, ...flags: string[]): Promise<void> {
  await must("pulumi", ["config", "rm", ...flags, "--stack", STACK, key]);
}

import { thisMachine } from "../../stack/machine.ts";
import { askMinikube } from "../../stack/minikube-profile.ts";
import { runCommand } from "../command.ts";
import { pinnedNode } from "../local/install.mjs";
import { ROOT } from "../local/paths.mjs";
import { UserError } from "../local/user-error.mjs";
import { asker } from "../programs.ts";
import { checkCluster, checkDisk, checkPorts, checkState } from "./checks.ts";
import { checkKubectl, checkPrograms, type Finding } from "./prerequisites.ts";
import { readStackConfig } from "./pulumi.ts";
import { isLocal, nodePortsOf, profileOf, pulumiEnv, stackName } from "./settings.ts";

// npm run doctor [-- stack]: each thing that npm run up needs, what is found, and the command that cures it. Changes nothing.

const WIDTH = 22;

async function doctor(signal: AbortSignal): Promise<undefined> {
  const stack = stackName(process.argv.slice(2), process.env);
  const ask = asker({ env: pulumiEnv(process.env, pinnedNode()), cwd: ROOT, signal });
  const programs: Finding[] = [{ name: "Node", found: process.versions.node }, ...(await checkPrograms(ask))];
  const good = (name: string) => programs.some((each) => each.name === name && each.cure === undefined);
  const config = good("Pulumi") ? await readStackConfig(stack, ask) : {};
  const findings = [...programs, await checkKubectl(ask), checkState(process.env, stack), checkDisk(ROOT)];
  if (isLocal(config) && good("Minikube")) {
    const name = profileOf(config);
    const { state, profile } = await askMinikube(name, thisMachine(ask));
    const ports = nodePortsOf(config);
    findings.push(...checkCluster(name, state, profile, ports));
    if (state === "none" || state === "half-made") findings.push(...(await checkPorts(ports, process.env)));
  }
  for (const finding of findings) console.log(line(finding));
  const bad = findings.filter(({ cure, optional }) => cure !== undefined && !optional);
  if (bad.length > 0) {
    throw new UserError(`${bad.length} of ${findings.length} things are missing: each ✗ line ends with what to do`);
  }
  console.log("\nAll that npm run up needs is there.");
}

function line({ name, found, cure, optional = false }: Finding): string {
  const what = `${name.padEnd(WIDTH)}${found}`;
  return cure === undefined ? `✓ ${what}` : `${optional ? "–" : "✗"} ${what}\n${" ".repeat(WIDTH + 2)}→ ${cure}`;
}

await runCommand(doctor);

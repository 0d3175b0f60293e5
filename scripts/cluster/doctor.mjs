import { pinnedNode } from "../local/install.mjs";
import { ROOT } from "../local/paths.mjs";
import { UserError } from "../local/user-error.mjs";
import { asker } from "./ask.mjs";
import { checkCluster, checkDisk, checkPorts, checkState } from "./checks.mjs";
import { runCommand } from "./command.mjs";
import { readProfile } from "./minikube.mjs";
import { checkKubectl, checkPrograms } from "./prerequisites.mjs";
import { readStackConfig } from "./pulumi.mjs";
import { isLocal, nodePortsOf, profileOf, pulumiEnv, stackName } from "./settings.mjs";

// npm run doctor [-- stack]: each thing that npm run up needs, what is found, and the command that cures it. Changes nothing.

const WIDTH = 22;

/** @param {AbortSignal} signal */
async function doctor(signal) {
  const stack = stackName(process.argv.slice(2), process.env);
  const env = pulumiEnv(process.env, pinnedNode());
  const ask = asker({ env, cwd: ROOT, signal });
  const programs = [{ name: "Node", found: process.versions.node }, ...(await checkPrograms(ask))];
  const good = (/** @type {string} */ name) => programs.some((each) => each.name === name && each.cure === undefined);
  const config = good("Pulumi") ? await readStackConfig(stack, ask) : {};
  const findings = [...programs, await checkKubectl(ask), checkState(process.env, stack), checkDisk(ROOT)];
  if (isLocal(config) && good("Minikube")) {
    const name = profileOf(config);
    const profile = await readProfile(ask, name);
    const ports = nodePortsOf(config);
    findings.push(...checkCluster(name, profile, ports), ...(await checkPorts(profile, ports, process.env)));
  }
  for (const finding of findings) {
    console.log(line(finding));
  }
  const bad = findings.filter(({ cure, optional }) => cure !== undefined && !optional);
  if (bad.length > 0) {
    throw new UserError(`${bad.length} of ${findings.length} things are missing: each ✗ line ends with what to do`);
  }
  console.log("\nAll that npm run up needs is there.");
}

/** @param {import("./prerequisites.mjs").Finding} finding */
function line({ name, found, cure, optional = false }) {
  const what = `${name.padEnd(WIDTH)}${found}`;
  return cure === undefined ? `✓ ${what}` : `${optional ? "–" : "✗"} ${what}\n${" ".repeat(WIDTH + 2)}→ ${cure}`;
}

await runCommand(doctor);

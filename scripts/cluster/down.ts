import { thisMachine } from "../../stack/machine.ts";
import { askMinikube } from "../../stack/minikube-profile.ts";
import { runCommand } from "../command.ts";
import { ROOT } from "../local/paths.mjs";
import { UserError } from "../local/user-error.mjs";
import { asker } from "../programs.ts";
import { ensureMinikube } from "./cluster.ts";
import { forgetStack, openStack, readDeployed, update } from "./pulumi.ts";
import { isLocal, namespaceOf, profileOf, pulumiEnv, stackName } from "./settings.ts";

// npm run down [-- stack]: removes all that npm run up has made, but for Minikube itself and the stack's settings.

async function down(signal: AbortSignal): Promise<undefined> {
  const stack = stackName(process.argv.slice(2), process.env);
  const env = pulumiEnv(process.env, process.execPath);
  const config = await openStack(stack, env, signal);
  const profile = profileOf(config);
  if (isLocal(config)) {
    const { state } = await askMinikube(profile, thisMachine(asker({ env, signal })));
    if (state === "none" || state === "half-made") {
      await forgetStack(stack, { env, signal });
      console.log(`There is no Minikube of the name ${profile} any more, and with it all is gone. Its record is, too.`);
      return;
    }
    // Volumes and images lie in it.
    await ensureMinikube(config, env, signal);
  }
  const deployed = await readDeployed(stack, asker({ env, cwd: ROOT, signal }));
  if (config["keepData"] === "true" && deployed !== undefined && deployed.keepData !== true) {
    throw new UserError(
      "keepData was set after the last npm run up and counts from the next one on: run that first to keep the data, or\n" +
        `  pulumi config rm keepData --stack ${stack}\nto have them removed`,
    );
  }
  const { ok } = await update("destroy", stack, { env, signal });
  if (!ok) {
    throw new UserError("pulumi destroy failed, its own words are above; the next npm run down goes on from there");
  }
  const cluster = isLocal(config) ? ` Minikube still runs: minikube delete -p ${profile} removes it as well.` : "";
  const left =
    deployed?.keepData === true
      ? `The data are kept in the namespace ${namespaceOf(config)}, and all else is removed: npm run up opens them again.`
      : "All is removed; the stack's settings are kept.";
  console.log(`\n${left}${cluster}`);
}

await runCommand(down, { onStop: "Stopped. The next npm run down goes on from there." });

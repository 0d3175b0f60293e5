import { thisMachine } from "../../stack/machine.ts";
import { askMinikube } from "../../stack/minikube-profile.ts";
import { runCommand } from "../command.ts";
import { UserError } from "../local/user-error.mjs";
import { asker } from "../programs.ts";
import { ensureMinikube } from "./cluster.ts";
import { forgetStack, openStack, update } from "./pulumi.ts";
import { isLocal, profileOf, pulumiEnv, stackName } from "./settings.ts";

// npm run down [-- stack]: removes all that npm run up has made, but for Minikube itself and the stack's settings.

async function down(signal: AbortSignal): Promise<undefined> {
  const stack = stackName(process.argv.slice(2), process.env);
  const env = pulumiEnv(process.env, process.execPath);
  const config = await openStack(stack, env, signal);
  const profile = profileOf(config);
  if (isLocal(config)) {
    const { state } = await askMinikube(profile, thisMachine(asker({ env, signal })));
    if (state === "none") {
      await forgetStack(stack, { env, signal });
      console.log(`There is no Minikube of the name ${profile} any more, and with it all is gone. Its record is, too.`);
      return;
    }
    // Volumes and images lie in it.
    await ensureMinikube(config, env, signal);
  }
  const { ok } = await update("destroy", stack, { env, signal });
  if (!ok) {
    throw new UserError("pulumi destroy failed, its own words are above; the next npm run down goes on from there");
  }
  const cluster = isLocal(config) ? ` Minikube still runs: minikube delete -p ${profile} removes it as well.` : "";
  console.log(`\nAll is removed; the stack's settings are kept.${cluster}`);
}

await runCommand(down, { onStop: "Stopped. The next npm run down goes on from there." });

import { UserError } from "../local/user-error.mjs";
import { asker } from "./ask.mjs";
import { ensureMinikube } from "./cluster.mjs";
import { runCommand } from "./command.mjs";
import { readProfile } from "./minikube.mjs";
import { forgetStack, openStack, update } from "./pulumi.mjs";
import { isLocal, profileOf, pulumiEnv, stackName } from "./settings.mjs";

// npm run down [-- stack]: removes all that npm run up has made, but for Minikube itself and the stack's settings.

/** @param {AbortSignal} signal */
async function down(signal) {
  const stack = stackName(process.argv.slice(2), process.env);
  const env = pulumiEnv(process.env, process.execPath);
  const config = await openStack(stack, env, signal);
  const profile = profileOf(config);
  if (isLocal(config)) {
    const { state } = await readProfile(asker({ env, signal }), profile);
    if (state === "none") {
      await forgetStack(stack, env, signal);
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

import { step } from "../local/steps.mjs";
import { UserError } from "../local/user-error.mjs";
import { waitForPage } from "./answers.mjs";
import { prepare } from "./cluster.mjs";
import { runCommand } from "./command.mjs";
import { deploy } from "./deploy.mjs";
import { isLocal, pulumiEnv, stackName } from "./settings.mjs";

// npm run up [-- stack]: from source to a page that answers, on Minikube or where the stack's settings say.

/** @param {AbortSignal} signal */
async function up(signal) {
  const stack = stackName(process.argv.slice(2), process.env);
  const env = pulumiEnv(process.env, process.execPath);
  const config = await prepare(stack, env, signal);
  const addresses = await deploy(stack, { env, signal });
  if (addresses === undefined) {
    throw new UserError("pulumi up failed, its own words are above; npm run doctor looks for what is missing");
  }
  const { page, api } = addresses;
  if (page !== undefined && isLocal(config)) {
    await step("Waiting for the page", () => waitForPage(page, { signal }));
  }
  const which = stack === "dev" ? "" : ` -- ${stack}`;
  const unknown = "pulumi stack output tells";
  console.log(`
  Open      ${page ?? unknown}
  API       ${api === undefined ? unknown : `${api}/docs`}
  Work      npm run dev:cluster${which}
  Logs      npm run logs${which}
  Remove    npm run down${which}
`);
}

await runCommand(up, { onStop: "Stopped. What was begun is noted: the next npm run up goes on from there." });

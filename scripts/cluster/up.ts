import { forStack } from "../../stack/defaults.ts";
import { runCommand } from "../command.ts";
import { waitUntil } from "../local/processes.mjs";
import { step } from "../local/steps.mjs";
import { errorMessage, UserError } from "../local/user-error.mjs";
import { prepare } from "./cluster.ts";
import { deploy } from "./deploy.ts";
import { isLocal, pulumiEnv, stackName } from "./settings.ts";

// npm run up [-- stack]: from source to a page that answers, on Minikube or where the stack's settings say.

const TIMEOUT_MS = 90_000;
/** What the backend says through the page to those without a session: the whole way is open. */
const UNAUTHORIZED = 401;

async function up(signal: AbortSignal): Promise<undefined> {
  const stack = stackName(process.argv.slice(2), process.env);
  const env = pulumiEnv(process.env, process.execPath);
  const config = await prepare(stack, env, signal);
  const addresses = await deploy(stack, { env, signal });
  if (addresses === undefined) {
    throw new UserError("pulumi up failed, its own words are above; npm run doctor looks for what is missing");
  }
  const { page, api, local, reach, open } = addresses;
  if (local !== undefined && isLocal(config)) await step("Waiting for the page", () => waitForPage(local, signal));
  const which = forStack(stack);
  const secret = `pulumi stack output frontendUrl --show-secrets --stack ${stack} tells`;
  console.log(`${reach === undefined ? "" : `\n  Reach     ${reach}`}
  Open      ${page ?? open ?? secret}
  API       ${api === undefined ? "only within the cluster, unless what Reach says runs" : `${api}/docs`}
  Work      npm run dev:cluster${which}
  Logs      npm run logs${which}
  Remove    npm run down${which}
`);
}

/** Waits until the page's address leads through to the backend. */
async function waitForPage(url: string, signal: AbortSignal): Promise<void> {
  let last = "no answer";
  const answers = async () => {
    signal.throwIfAborted();
    try {
      const response = await fetch(`${url}/api/tasks`, { signal: AbortSignal.timeout(5000) });
      await response.arrayBuffer();
      last = `status ${response.status}`;
      return response.status === UNAUTHORIZED;
    } catch (error) {
      last = errorMessage(error instanceof Error ? (error.cause ?? error) : error);
      return false;
    }
  };
  if (await waitUntil(answers, TIMEOUT_MS, 200)) return;
  throw new UserError(`the page at ${url} does not answer (${last}): npm run logs shows what the pods say`);
}

await runCommand(up, { onStop: "Stopped. What was begun is noted: the next npm run up goes on from there." });

import { runCommand } from "../command.ts";
import { ROOT } from "../local/paths.mjs";
import { watchFiles } from "../watch.ts";
import { prepare } from "./cluster.ts";
import { deploy } from "./deploy.ts";
import { pulumiEnv, stackName } from "./settings.ts";
import { deployedSources } from "./sources.ts";

// npm run dev:cluster [-- stack]: deploys, and again after each change of a file, until Ctrl-C. What was deployed stays.

const NAMED_FILES = 3;

async function dev(signal: AbortSignal): Promise<undefined> {
  const stack = stackName(process.argv.slice(2), process.env);
  const env = pulumiEnv(process.env, process.execPath);
  await prepare(stack, env, signal);
  // From before each deployment on, so that what is saved meanwhile leads to another one.
  const changes = await watchFiles(ROOT, deployedSources(ROOT));
  while (true) {
    const began = Date.now();
    const addresses = await deploy(stack, { env, signal });
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(
      addresses === undefined
        ? "\nThat failed; what ran before still runs. Waiting for a change."
        : `\n${addresses.page ?? "All"} is up to date (${seconds} s). Waiting for changes; Ctrl-C ends this.`,
    );
    const changed = await changes.next(signal);
    const more = changed.length > NAMED_FILES ? ` and ${changed.length - NAMED_FILES} more` : "";
    console.log(`\nChanged: ${changed.slice(0, NAMED_FILES).join(", ")}${more}`);
  }
}

await runCommand(dev, { onStop: "Stopped. What was deployed still runs; npm run down removes it.", stoppedCode: 0 });

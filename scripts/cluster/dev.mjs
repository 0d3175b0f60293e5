import { ROOT } from "../local/paths.mjs";
import { prepare } from "./cluster.mjs";
import { runCommand } from "./command.mjs";
import { deploy } from "./deploy.mjs";
import { pulumiEnv, stackName } from "./settings.mjs";
import { changedFiles, nextChange, takeSnapshot } from "./watched.mjs";

// npm run dev:cluster [-- stack]: deploys, and again after each change of a file, until Ctrl-C. What was deployed stays.

const NAMED_FILES = 3;

/** @param {AbortSignal} signal */
async function dev(signal) {
  const stack = stackName(process.argv.slice(2), process.env);
  const env = pulumiEnv(process.env, process.execPath);
  await prepare(stack, env, signal);
  // Taken before each deployment, so that what is saved meanwhile leads to another one.
  let files = takeSnapshot(ROOT);
  while (true) {
    const began = Date.now();
    const addresses = await deploy(stack, { env, signal });
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(
      addresses === undefined
        ? "\nThat failed; what ran before still runs. Waiting for a change."
        : `\n${addresses.page ?? "All"} is up to date (${seconds} s). Waiting for changes; Ctrl-C ends this.`,
    );
    const after = await nextChange(() => takeSnapshot(ROOT), files, { signal });
    const changed = changedFiles(files, after);
    const more = changed.length > NAMED_FILES ? ` and ${changed.length - NAMED_FILES} more` : "";
    console.log(`\nChanged: ${changed.slice(0, NAMED_FILES).join(", ")}${more}`);
    files = after;
  }
}

await runCommand(dev, { onStop: "Stopped. What was deployed still runs; npm run down removes it.", stoppedCode: 0 });

import { runUnderPinnedNode } from "./local/bootstrap.mjs";
import { ROOT } from "./local/paths.mjs";

// node scripts/with-node.mjs <file> [arguments]: installs when needed and runs a file under the pinned Node.
const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error("Error: name a file to run, for example node scripts/with-node.mjs test/bench/run.ts");
  process.exitCode = 1;
} else {
  process.chdir(ROOT);
  await runUnderPinnedNode(file, args);
}

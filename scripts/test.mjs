import { runUnderPinnedNode } from "./local/bootstrap.mjs";
import { ROOT } from "./local/paths.mjs";

// npm test [-- part…]: installs and runs the tests. The work is in test/run.mjs.
process.chdir(ROOT);
await runUnderPinnedNode("scripts/test/run.mjs", process.argv.slice(2));

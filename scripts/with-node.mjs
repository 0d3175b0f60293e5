import { runUnderPinnedNode } from "./local/bootstrap.mjs";

// node scripts/with-node.mjs <file> [arguments]: installs when needed and runs a file under the pinned Node.
const [file = "", ...args] = process.argv.slice(2);
await runUnderPinnedNode(file, args);

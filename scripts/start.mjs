import { runUnderPinnedNode } from "./local/bootstrap.mjs";
import { checkPlace } from "./local/check-place.mjs";
import { ROOT } from "./local/paths.mjs";
import { readSettings } from "./local/settings.mjs";

// npm start: installs, builds and runs the app on this machine. The work is in local/start.mjs.
process.chdir(ROOT);
await runUnderPinnedNode("scripts/local/start.mjs", [], () => checkPlace(readSettings(process.env, ROOT)));

import { runUnderPinnedNode } from "./local/bootstrap.mjs";
import { checkPlace } from "./local/check-place.mjs";
import { ROOT } from "./local/paths.mjs";
import { readSettings } from "./local/settings.mjs";

// npm start, and npm run dev with "dev": installs, and runs the app on this machine. The work is in local/.
const [way = "start"] = process.argv.slice(2);
await runUnderPinnedNode(`scripts/local/${way}.ts`, [], () => checkPlace(readSettings(process.env, ROOT)));

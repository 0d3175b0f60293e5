import path from "node:path";
import { readRules } from "../../stack/content-tag.ts";
import { watchFiles } from "../watch.ts";
import { backendEnv, migrate, type Origin, startBackend, startFrontend } from "./app.ts";
import { BACKEND, NODE_MODULES, ROOT } from "./paths.mjs";
import { reload } from "./reload.ts";
import { runApp } from "./session.ts";
import { step } from "./steps.mjs";

// The second stage of `npm run dev`: the same app on the same data as with `npm start`, from its source. The page reloads
// by itself (`next dev`); the backend starts anew when something changes that its image is made of.

const SERVICES = path.join(ROOT, "services");
const NEXT = path.join(NODE_MODULES, "next", "dist", "bin", "next");
const SOURCE: Origin = {
  backend: { main: path.join(BACKEND, "src", "main.ts"), migrate: path.join(BACKEND, "src", "migrate.ts") },
  page: (port) => [NEXT, "dev", "--port", String(port), "--hostname", "127.0.0.1"],
  mode: "development",
};
const QUIET_MS = 50;

function watchBackend() {
  const rules = readRules(ROOT, path.join(ROOT, "Dockerfile.backend"));
  const isWatched = (file: string) => !rules.excludes(`services/${file}`);
  const mayHold = (folder: string) => !rules.excludesAllBelow(`services/${folder}`);
  return watchFiles(SERVICES, { isWatched, mayHold }, QUIET_MS);
}

await runApp(async ({ settings, signal, say, keepRunning, endLater, openDatabase }) => {
  const env = backendEnv(settings, await openDatabase(), SOURCE);
  const launch = async (changed: string[]) => {
    if (changed.some((file) => file.includes("/migrations/"))) await migrate(env, signal, SOURCE);
    return startBackend(settings, env, signal, SOURCE);
  };
  const startBoth = async () => {
    const changes = await watchBackend();
    await migrate(env, signal, SOURCE);
    endLater(await reload({ name: "backend", launch, changes, say }));
    await keepRunning("page", () => startFrontend(settings, signal, SOURCE));
  };
  await step("Starting the app", startBoth);
});

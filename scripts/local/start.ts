import { backendEnv, migrate, startBackend, startFrontend } from "./app.ts";
import { buildAll } from "./build.ts";
import { runApp, type Session } from "./session.ts";
import { step } from "./steps.mjs";

// The second stage of `npm start`, under the pinned Node: builds, starts and watches the app until it is stopped.

/** Starts the page beside the backend, since each takes a moment of its own; without a backend the page ends, too. */
async function startServices({ settings, signal, keepRunning }: Session, env: NodeJS.ProcessEnv): Promise<void> {
  const alone = new AbortController();
  const whileNeeded = AbortSignal.any([signal, alone.signal]);
  const startTheBackend = async () => {
    await migrate(env, signal);
    await keepRunning("backend", () => startBackend(settings, env, signal));
  };
  const backend = startTheBackend();
  const page = keepRunning("page", () => startFrontend(settings, whileNeeded));
  backend.catch((error) => alone.abort(error));
  const ends = await Promise.allSettled([backend, page]);
  // The backend's fault comes first: it may have ended the page.
  const failure = ends.find((end) => end.status === "rejected");
  if (failure) throw failure.reason;
}

await runApp(async (session) => {
  await buildAll(session.signal);
  const env = backendEnv(session.settings, await session.openDatabase());
  await step("Starting the app", () => startServices(session, env));
});

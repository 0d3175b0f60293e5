import { assistantName, backendEnv, migrate, startBackend, startFrontend } from "./app.mjs";
import { buildAll } from "./build.mjs";
import { checkPlace } from "./check-place.mjs";
import { lockDataDir } from "./data-dir.mjs";
import { builtInDatabase, checkDatabaseUrl } from "./database.mjs";
import { Interrupted, listenForStop } from "./interrupt.mjs";
import { ROOT } from "./paths.mjs";
import { readSettings } from "./settings.mjs";
import { step } from "./steps.mjs";
import { supervise } from "./supervise.mjs";
import { errorMessage, printError } from "./user-error.mjs";

// The second stage of `npm start`, under the pinned Node: builds, starts and watches the app until it is stopped.

const INTERRUPTED = 130;
const say = (/** @type {string} */ line) => console.log(line);

/** What runs, in the order in which it started. @type {import("./supervise.mjs").Supervised[]} */
const running = [];
/** @type {(error: Error) => void} */
let giveUp = () => {};
const gaveUp = new Promise((/** @type {(error: Error) => void} */ resolve) => {
  giveUp = resolve;
});

const { signal, requested } = listenForStop({
  onForce: async () => {
    await endAll("kill");
    process.exit(INTERRUPTED);
  },
});

/**
 * Ends what runs, last started first: the page, the backend, and the database when no one needs it any more.
 * @param {"stop" | "kill"} way
 */
async function endAll(way) {
  for (const service of [...running].reverse()) {
    try {
      await service[way]();
    } catch (error) {
      // The others must end all the same.
      console.error(`Error: ${errorMessage(error)}`);
      process.exitCode = 1;
    }
  }
}

/**
 * @param {string} name
 * @param {() => Promise<import("./service.mjs").Running>} launch
 */
async function keepRunning(name, launch) {
  signal.throwIfAborted();
  running.push(await supervise({ name, launch, say, giveUp }));
  signal.throwIfAborted();
}

/** @param {import("./settings.mjs").Settings} settings */
async function openDatabase({ dataDir, databaseUrl }) {
  if (databaseUrl !== undefined) {
    return databaseUrl;
  }
  const database = builtInDatabase(dataDir, say);
  await step("Starting the database", () => keepRunning("database", database.launch));
  return database.url();
}

/**
 * Starts the page beside the backend, since each takes a moment of its own; without a backend the page ends, too.
 * @param {import("./settings.mjs").Settings} settings
 * @param {NodeJS.ProcessEnv} env
 */
async function startServices(settings, env) {
  const alone = new AbortController();
  const whileNeeded = AbortSignal.any([signal, alone.signal]);
  const backend = (async () => {
    await migrate(env, signal);
    await keepRunning("backend", () => startBackend(settings, env, signal));
  })();
  const page = keepRunning("page", () => startFrontend(settings, whileNeeded));
  backend.catch((error) => alone.abort(error));
  const ends = await Promise.allSettled([backend, page]);
  // The backend's fault comes first: it may have ended the page.
  const failure = ends.find((end) => end.status === "rejected");
  if (failure) {
    throw failure.reason;
  }
}

/** @param {import("./settings.mjs").Settings} settings */
async function startAll(settings) {
  if (settings.databaseUrl !== undefined) {
    await checkDatabaseUrl(settings.databaseUrl);
  }
  await buildAll(signal);
  const env = backendEnv(settings, await openDatabase(settings));
  await step("Starting the app", () => startServices(settings, env));
  const database = settings.databaseUrl === undefined ? settings.dataDir : `${settings.dataDir}, and your DATABASE_URL`;
  say(`
  Open       ${settings.authUrl}
  Assistant  ${await assistantName(settings.backendPort)}
  Data       ${database}
  Stop       Ctrl-C
`);
}

/** @returns {Promise<number>} the exit code */
async function main() {
  /** @type {{ release: () => void } | undefined} */
  let lock;
  let started = false;
  try {
    const settings = readSettings(process.env, ROOT);
    await checkPlace(settings);
    lock = await lockDataDir(settings.dataDir, settings.authUrl);
    await startAll(settings);
    started = true;
    const error = await Promise.race([requested, gaveUp]);
    if (error) {
      throw error;
    }
    say("\nStopping…");
    await endAll("stop");
    say("Stopped. Your data is kept.");
    return Number(process.exitCode ?? 0);
  } catch (error) {
    await endAll("stop");
    if (error instanceof Interrupted || (signal.aborted && !started)) {
      return INTERRUPTED;
    }
    printError(error);
    return 1;
  } finally {
    lock?.release();
  }
}

process.exit(await main());

import { once } from "node:events";
import { assistantName } from "./app.ts";
import { checkPlace } from "./check-place.mjs";
import { lockDataDir } from "./data-dir.mjs";
import { builtInDatabase, checkDatabaseUrl } from "./database.ts";
import { INTERRUPTED, Interrupted, listenForStop } from "./interrupt.mjs";
import { ROOT } from "./paths.mjs";
import type { Running } from "./service.ts";
import { readSettings, type Settings } from "./settings.mjs";
import { step } from "./steps.mjs";
import { type Supervised, supervise } from "./supervise.ts";
import { errorMessage, printError } from "./user-error.mjs";

/** What `npm start` and `npm run dev` work with. */
export type Session = {
  settings: Settings;
  /** Aborted when the user wants it to end. */
  signal: AbortSignal;
  say: (line: string) => void;
  /** Starts something, and again when it ends by itself. */
  keepRunning: (name: string, launch: () => Promise<Running>) => Promise<void>;
  /** Ends this last of what runs by then. */
  endLater: (service: Supervised) => void;
  /** Starts the built-in database unless the user named another; gives its address. */
  openDatabase: () => Promise<string>;
};

/**
 * Runs the app until it is stopped: takes the data folder, has `startAll` start the parts, and ends them in order. Then
 * this process ends, with 0 when all went well.
 */
export async function runApp(startAll: (session: Session) => Promise<void>): Promise<never> {
  const say = (line: string) => console.log(line);
  /** In the order in which it started. */
  const running: Supervised[] = [];
  const { signal } = listenForStop({
    onForce: async () => {
      await endAll("kill");
      process.exit(INTERRUPTED);
    },
  });

  /** Last started first: the page, the backend, and the database when no one needs it any more. */
  const endAll = async (way: "stop" | "kill") => {
    for (const service of running.toReversed()) {
      try {
        await service[way]();
      } catch (error) {
        // The others must end all the same.
        console.error(`Error: ${errorMessage(error)}`);
        process.exitCode = 1;
      }
    }
  };
  const keepRunning = async (name: string, launch: () => Promise<Running>) => {
    signal.throwIfAborted();
    running.push(await supervise({ name, launch, say }));
    signal.throwIfAborted();
  };
  const openDatabase = async ({ dataDir, databaseUrl }: Settings) => {
    if (databaseUrl !== undefined) return databaseUrl;
    const database = builtInDatabase(dataDir, say);
    await step("Starting the database", () => keepRunning("database", database.launch));
    return database.url();
  };

  let lock: { release: () => void } | undefined;
  let started = false;
  const work = async () => {
    try {
      const settings = readSettings(process.env, ROOT);
      const { dataDir, databaseUrl, authUrl, backendPort } = settings;
      await checkPlace(settings);
      lock = await lockDataDir(dataDir, authUrl);
      if (databaseUrl !== undefined) await checkDatabaseUrl(databaseUrl);
      const endLater = (service: Supervised) => running.push(service);
      await startAll({ settings, signal, say, keepRunning, endLater, openDatabase: () => openDatabase(settings) });
      say(`
  Open       ${authUrl}
  Assistant  ${await assistantName(backendPort)}
  Data       ${databaseUrl === undefined ? dataDir : `${dataDir}, and your DATABASE_URL`}
  Stop       Ctrl-C
`);
      started = true;
      await once(signal, "abort");
      say("\nStopping…");
      await endAll("stop");
      say("Stopped. Your data is kept.");
      return Number(process.exitCode ?? 0);
    } catch (error) {
      await endAll("stop");
      if (error instanceof Interrupted || (signal.aborted && !started)) return INTERRUPTED;
      printError(error);
      return 1;
    } finally {
      lock?.release();
    }
  };
  process.exit(await work());
}

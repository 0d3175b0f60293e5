import { existsSync } from "node:fs";
import path from "node:path";
import { lockDataDir, openDataDir } from "../local/data-dir.mjs";
import { lockHolder } from "../local/lock.mjs";
import { ROOT } from "../local/paths.mjs";
import { withClient } from "../local/postgres/database.ts";
import { startPostgres } from "../local/postgres.ts";
import { readSettings } from "../local/settings.mjs";
import { errorMessage, UserError } from "../local/user-error.mjs";
import { asker } from "../programs.ts";
import { type ClientName, findClients } from "./clients.ts";
import { openCluster } from "./cluster.ts";
import type { Command } from "./run-client.ts";

/** The database that is saved or filled. */
export type Place = {
  /** For people, without any password. */
  name: string;
  command: (client: ClientName, args: string[]) => Command;
  /** Ends what was started for it. */
  close: () => Promise<void>;
};

/**
 * Where `npm start` keeps its data, the database that DATABASE_URL names, or with a stack the one in its cluster.
 * @param mayMake whether a data folder without a database gets one
 */
export function openPlace(stack: string | undefined, mayMake: boolean, signal: AbortSignal): Promise<Place> {
  return stack === undefined ? openDatabase(mayMake, signal) : openCluster(stack, signal);
}

async function openDatabase(mayMake: boolean, signal: AbortSignal): Promise<Place> {
  const { databaseUrl, dataDir } = readSettings(process.env, process.env["INIT_CWD"] ?? ROOT);
  // Past a pooler, where one is named: a dump is one long transaction.
  const given = process.env["DATABASE_DIRECT_URL"]?.trim() || databaseUrl;
  if (given !== undefined) return { ...(await reach(given, signal)), close: async () => undefined };
  if (!mayMake && !existsSync(path.join(dataDir, "postgres", "data", "PG_VERSION"))) {
    throw new UserError(`there are no data in ${dataDir}: set DATA_DIR or DATABASE_URL as for npm start`);
  }
  // While the app runs its server is used, else the folder is ours.
  const isRunning = lockHolder(path.join(dataDir, "lock")) !== undefined;
  if (!isRunning) openDataDir(dataDir);
  const lock = isRunning ? undefined : await lockDataDir(dataDir, "a backup");
  const server = await startPostgres({ dataDir });
  const close = async () => {
    if (!server.tookOver) await server.stop();
    lock?.release();
  };
  try {
    return { ...(await reach(server.url, signal)), name: `the data in ${dataDir}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The database at an address. @throws UserError where it does not let us in, or the client programs are missing */
export async function reach(address: string, signal: AbortSignal): Promise<Omit<Place, "close">> {
  const url = new URL(address);
  const name = `${url.host}${url.pathname}`;
  const env = { ...process.env, PGPASSWORD: decodeURIComponent(url.password), PGCONNECT_TIMEOUT: "10" };
  // On a command line everybody could read it.
  url.password = "";
  const ask = asker({ signal });
  const major = await serverMajor(address);
  const clients = await findClients(major, ask);
  return {
    name,
    command: (client, args) => ({
      program: clients(client),
      // pg_restore only unpacks.
      args: client === "pg_restore" ? args : [`--dbname=${url}`, ...args],
      env,
    }),
  };
}

async function serverMajor(address: string): Promise<number> {
  try {
    return await withClient(address, async (client) => {
      const { rows } = await client.query("show server_version_num");
      return Math.floor(Number(rows[0].server_version_num) / 10_000);
    });
  } catch (error) {
    const { host } = new URL(address);
    throw new UserError(`the database at ${host} does not let us in (${errorMessage(error)}): check DATABASE_URL`, {
      cause: error,
    });
  }
}

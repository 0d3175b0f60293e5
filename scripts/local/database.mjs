import { withClient } from "./postgres/database.mjs";
import { startPostgres } from "./postgres.mjs";
import { waitUntil } from "./processes.mjs";
import { errorCode, errorMessage, UserError } from "./user-error.mjs";

/**
 * Asks the PostgreSQL that the user named whether it lets us in, before any long work.
 * @param {string} url
 */
export async function checkDatabaseUrl(url) {
  const { hostname, port } = new URL(url);
  const where = `${hostname}:${port || 5432}`;
  try {
    await withClient(url, (client) => client.query("select 1"));
  } catch (error) {
    const reason = errorCode(error) ?? "";
    throw new UserError(
      `DATABASE_URL: the PostgreSQL at ${where} does not let us in (${errorMessage(error) || reason}): ` +
        "start it or correct the address; without DATABASE_URL the app brings its own",
      { cause: error },
    );
  }
}

/**
 * The built-in PostgreSQL as something that can be supervised. Once it ran, it comes back on the same port, for the
 * backend knows that one.
 * @param {string} dataDir
 * @param {(line: string) => void} say
 */
export function builtInDatabase(dataDir, say) {
  /** @type {number | undefined} */
  let port;
  let url = "";
  return {
    url: () => url,
    /** @returns {Promise<import("./service.mjs").Running>} */
    launch: async () => {
      const server = await startPostgres({ dataDir, log: say, port });
      if (port !== undefined && server.port !== port) {
        await server.stop();
        throw new UserError(`port ${port}, which the database had, is taken now`);
      }
      port = server.port;
      url = server.url;
      const ended = waitUntil(() => !server.isRunning(), Number.POSITIVE_INFINITY, 500).then(() => "see postgres.log");
      return { ended, stop: server.stop, kill: server.kill };
    },
  };
}

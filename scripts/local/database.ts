import { withClient } from "./postgres/database.ts";
import { startPostgres } from "./postgres.ts";
import { waitUntil } from "./processes.mjs";
import type { Running } from "./service.ts";
import { errorCode, errorMessage, UserError } from "./user-error.mjs";

/** Asks the PostgreSQL that the user named whether it lets us in, before any long work. */
export async function checkDatabaseUrl(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  try {
    await withClient(url, (client) => client.query("select 1"));
  } catch (error) {
    throw new UserError(
      `DATABASE_URL: the PostgreSQL at ${hostname}:${port || 5432} does not let us in ` +
        `(${errorMessage(error) || errorCode(error) || ""}): ` +
        "start it or correct the address; without DATABASE_URL the app brings its own",
      { cause: error },
    );
  }
}

/**
 * The built-in PostgreSQL as something that can be supervised. Once it ran, it comes back on the same port, for the
 * backend knows that one.
 */
export function builtInDatabase(dataDir: string, say: (line: string) => void) {
  let port: number | undefined;
  let url = "";
  const launch = async (): Promise<Running> => {
    const server = await startPostgres({ dataDir, log: say, port });
    if (port !== undefined && server.port !== port) {
      await server.stop();
      throw new UserError(`port ${port}, which the database had, is taken now`);
    }
    port = server.port;
    url = server.url;
    const ended = waitUntil(() => !server.isRunning(), Number.POSITIVE_INFINITY, 500).then(() => "see postgres.log");
    return { ended, stop: server.stop, kill: server.kill };
  };
  return { url: () => url, launch };
}

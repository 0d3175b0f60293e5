import { enableCompileCache } from "node:module";

enableCompileCache();

const [{ MigrationError, MissingRight, migrateToLatest }, { EnvError, migrationUrl, readEnv }, database, waiting] =
  await Promise.all([
    import("./db/migrate.ts"),
    import("./env.ts"),
    import("./db/unavailable.ts"),
    import("./db/when-possible.ts"),
  ]);

/**
 * Brings the database to the newest schema and exits: 0 when it is there, else 1 and one line that says why.
 * With `--wait` it waits for as long as it takes while the database can't be used, and says why it waits.
 */
async function main(): Promise<void> {
  const url = migrationUrl(readEnv());
  const place = database.placeOf(url);
  const attempt = () => migrateToLatest(url, { say: console.log });
  const wait = process.argv.includes("--wait");
  const applied = wait ? await waiting.whenPossible(attempt, { place, say: console.log }) : await attempt();
  console.log(applied.length > 0 ? `Applied ${applied.join(", ")}.` : "The database is up to date.");
}

/** One line for what is known. Never the address, which holds the password. */
function explain(error: unknown): unknown {
  if (error instanceof EnvError || error instanceof MigrationError) return error.message;
  const reason = error instanceof MissingRight ? error.message : database.unavailableReason(error);
  return reason ? `The database can't be used: ${reason}. Check DATABASE_URL.` : error;
}

// The first process of a container is not ended by signals that it does not listen to.
process.on("SIGTERM", () => process.exit(143));
process.on("SIGINT", () => process.exit(130));

try {
  await main();
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

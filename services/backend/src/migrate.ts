import { isUnavailable } from "./db/database.ts";
import { MigrationError, migrateToLatest } from "./db/migrate.ts";
import { EnvError, migrationUrl, readEnv } from "./env.ts";

/** Brings the database to the newest schema and exits: 0 when it is there, else 1 and one line that says why. */
try {
  const applied = await migrateToLatest(migrationUrl(readEnv()));
  console.log(applied.length > 0 ? `Applied ${applied.join(", ")}.` : "The database is up to date.");
} catch (error) {
  if (error instanceof EnvError || error instanceof MigrationError) console.error(error.message);
  else if (isUnavailable(error)) console.error("The database can't be reached. Check DATABASE_URL.");
  else console.error(error);
  process.exitCode = 1;
}

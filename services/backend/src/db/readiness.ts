import { sql } from "kysely";
import type { Db } from "./database.ts";
import { migrations } from "./migrations/index.ts";
import { SCHEMA_OUTDATED } from "./unavailable.ts";

/** The database answers, but its schema is older than this program. */
class SchemaOutdated extends Error {
  override readonly name = "SchemaOutdated";
  readonly code = SCHEMA_OUTDATED;
}

const newest = Object.keys(migrations).at(-1) ?? "";

/**
 * Answers when requests can be served: the database is there, takes changes, and has the schema of this version or of a
 * newer one, as during an upgrade.
 * @throws what `unavailableReason` puts into words
 */
export async function assertReady(db: Db): Promise<void> {
  // A server that can only be read refuses the lock, though there is no row to lock.
  await sql`select from "userStates" where false for key share`.execute(db);
  const { rows } = await sql<{ isCurrent: boolean }>`
    select exists (select from "kysely_migration" where "name" = ${newest}) as "isCurrent"`.execute(db);
  if (rows[0]?.isCurrent !== true) throw new SchemaOutdated(`The migration ${newest} is missing.`);
}

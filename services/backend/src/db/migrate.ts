import { Migrator } from "kysely/migration";
import pg from "pg";
import { createDatabase } from "./database.ts";
import { migrations } from "./migrations/index.ts";
import { isTransactionPooler } from "./pooler.ts";
import { makeSearchIndexes } from "./search-indexes.ts";

/** Longer than any migration takes; Kysely itself would wait an hour for another replica's lock. */
const TIMEOUT_MS = 60_000;

const CURE =
  "The owner of the database, or its administrator, runs `create extension pg_trgm; create extension btree_gin;` there; " +
  "the next start uses them.";

export class MigrationError extends Error {
  override readonly name = "MigrationError";
}

/** The database's user lacks a right, which somebody can give it there. */
export class MissingRight extends Error {
  override readonly name = "MissingRight";
}

const INSUFFICIENT_PRIVILEGE = "42501";

/**
 * Brings the database at `url` to the newest schema; safe to call from many processes at once (Kysely holds an
 * advisory lock). Returns the names of what was applied.
 * `onError` is told of connections that break, `say` of what the server lacks, though it works.
 * @throws MigrationError when `url` leads through a transaction pooler, where the lock can't be held, when the database is
 * of a newer version than this program, or when 60 s did not suffice
 * @throws MissingRight
 */
export async function migrateToLatest(
  url: string,
  { onError = ignore, say = ignore }: { onError?: (error: Error) => void; say?: (text: string) => void } = {},
): Promise<string[]> {
  if (await isTransactionPooler(url)) {
    throw new MigrationError(
      "This address leads through a transaction pooler, where migrations can't hold their lock: set DATABASE_DIRECT_URL " +
        "to the address of the database itself.",
    );
  }
  const db = createDatabase({ url, maxConnections: 2, statementTimeoutMs: TIMEOUT_MS, onError });
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new MigrationError("Migrating took more than 60 s.")), TIMEOUT_MS);
  });
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
    const { error, results } = await Promise.race([migrator.migrateToLatest(), timeout]);
    if (error) throw explain(error);
    const missing = await Promise.race([makeSearchIndexes(db), timeout]);
    if (missing) say(`Searching will be slow for who has very many tasks or messages: ${missing}. ${CURE}`);
    return (results ?? []).map((result) => result.migrationName);
  } finally {
    clearTimeout(timer);
    await db.destroy();
  }
}

/** A broken connection fails the query that uses it, too. */
function ignore(): void {}

function explain(error: unknown): unknown {
  if (error instanceof Error && /previously executed migration .* is missing/.test(error.message)) {
    return new MigrationError("The database is of a newer version than this program. Run the newer version.", {
      cause: error,
    });
  }
  if (error instanceof pg.DatabaseError && error.code === INSUFFICIENT_PRIVILEGE) {
    const message = `its user may not do what a migration needs (${error.message}); it must own the database and have CREATEROLE`;
    return new MissingRight(message, { cause: error });
  }
  return error;
}

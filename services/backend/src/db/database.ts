import { Kysely, PostgresDialect, type Transaction } from "kysely";
import pg from "pg";
import { admission, assertAdmitted, type Identity } from "./admission.ts";
import type { Watch } from "./availability.ts";
import { isUnprepared } from "./database-connection.ts";
import { DatabasePool } from "./database-pool.ts";
import type { Database } from "./schema/index.ts";

export type Db = Kysely<Database>;
export type Trx = Transaction<Database>;

const { builtins } = pg.types;

export type DatabaseOptions = {
  /** `postgres://user:password@host:port/name`. */
  url: string;
  /** Most connections at once. */
  maxConnections: number;
  /** Longest time for one statement, in milliseconds. */
  statementTimeoutMs?: number;
  /** Told of connections that break while idle; the pool replaces them by itself. */
  onError: (error: Error) => void;
  /** Told whether the database answers. */
  availability?: Watch;
};

/** How much longer than PostgreSQL's own limit we wait for it to tell that a statement took too long. */
const SILENCE_MS = 1_000;

/**
 * A pool that gives up early rather than hang: 2 s to connect, 5 s (or as said) a statement, 10 s idle in a
 * transaction. Opens no connection before the first query.
 */
export function createDatabase(options: DatabaseOptions): Db {
  const statementTimeoutMs = options.statementTimeoutMs ?? 5_000;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    connectionTimeoutMillis: 2_000,
    // For a network that swallows everything; otherwise PostgreSQL answers, if only with its own time limit.
    query_timeout: statementTimeoutMs + SILENCE_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    // What is sent together needs one way to the server and back.
    pipeline: true,
    application_name: "todo-backend",
    types: { getTypeParser },
  });
  // Without a listener, a connection that the server closes ends the whole process (node-postgres #2386).
  pool.on("error", options.onError);
  pool.on("connect", (client) => client.on("error", options.onError));
  const limits = { statementMs: statementTimeoutMs, idleInTransactionMs: 10_000 };
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool: new DatabasePool(pool, limits, options.availability) }),
  });
}

/** Days stay text: as a `Date` they would move with the server's zone. */
function getTypeParser(...args: Parameters<typeof pg.types.getTypeParser>): (value: string) => unknown {
  return args[0] === builtins.DATE ? String : pg.types.getTypeParser(...args);
}

const DEADLOCK = "40P01";
const SERIALIZATION_FAILURE = "40001";

/** What a transaction is for. One that reads can change nothing: PostgreSQL refuses. */
export type Purpose = "read" | "change";

/**
 * Runs `work` in one transaction in which the queries see and change the rows of one user only, whatever their own
 * conditions say: its role owns no table, and each table's policy compares with `app.user_id`. Runs it again (3 times
 * at most) when PostgreSQL had to break a deadlock, or when a migration has changed a prepared statement; `work` must
 * therefore do nothing outside the database that may not be done twice.
 *
 * What it gives is given only when the transaction was the user's. One that reads asks together with its first statement.
 * @throws SessionEnded when `who` is known by a session that is not valid any more
 */
export async function inTransaction<T>(
  db: Db,
  who: Identity,
  work: (trx: Trx) => Promise<T>,
  purpose: Purpose = "change",
): Promise<T> {
  const begin = purpose === "read" ? db.transaction().setAccessMode("read only") : db.transaction();
  for (let tries = 1; ; tries++) {
    try {
      return await begin.execute(async (trx) => {
        const { rows } = await trx.executeQuery(admission(who));
        // The connection looks at that of a transaction that reads, when it is answered.
        if (purpose === "change") assertAdmitted(rows);
        return work(trx);
      });
    } catch (error) {
      const code = error instanceof pg.DatabaseError ? error.code : undefined;
      const mayRepeat = code === DEADLOCK || code === SERIALIZATION_FAILURE || isUnprepared(error);
      if (tries === 3 || !mayRepeat) throw error;
    }
  }
}

import { createHash } from "node:crypto";
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import pg from "pg";
import { noticeFault } from "../faults.ts";
import type { Availability } from "./availability.ts";
import { isUnavailable } from "./unavailable.ts";

/** Statements that one connection keeps prepared. Each takes memory in PostgreSQL, and filters make many. */
const MAX_STATEMENTS = 100;

/**
 * Codes of PostgreSQL that say a prepared statement is no good any more: a migration changed its result, or a pooler led
 * us to another connection.
 */
const UNPREPARED = new Set(["0A000", "26000", "42P05"]);

/** True when the same work will succeed if it is done again, since the connection prepares no statements any more. */
export function isUnprepared(error: unknown): boolean {
  return error instanceof pg.DatabaseError && UNPREPARED.has(error.code ?? "");
}

/** That somebody else was first is an answer, and those who insert know it. */
function isTaken(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === "23505";
}

/**
 * A pool whose connections keep their statements prepared, so that PostgreSQL plans them once: planning takes longer
 * than most of ours take to run. Behind a transaction pooler each transaction may meet another server process, where
 * nothing is prepared; there statements are sent as they are.
 */
export class PreparingPool implements PostgresPool {
  readonly options: object;
  readonly #pool: pg.Pool;
  readonly #clients = new WeakMap<pg.PoolClient, PreparingClient>();
  readonly #availability: Watched;

  /** `availability` is told of every query that is answered, and of every one for which the database is not there. */
  constructor(pool: pg.Pool, availability: Watched = UNWATCHED) {
    this.#pool = pool;
    this.options = pool.options;
    this.#availability = availability;
  }

  async connect(): Promise<PostgresPoolClient> {
    try {
      const client = await this.#pool.connect();
      return this.#clients.get(client) ?? (await this.#prepare(client));
    } catch (error) {
      noticeFault(error);
      if (isUnavailable(error)) this.#availability.failed(error);
      throw error;
    }
  }

  async #prepare(client: pg.PoolClient): Promise<PreparingClient> {
    try {
      const made = new PreparingClient(client, await isDirect(client), this.#availability);
      this.#clients.set(client, made);
      return made;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

type Watched = Pick<Availability, "answered" | "failed">;
const UNWATCHED: Watched = { answered: () => {}, failed: () => {} };

class PreparingClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  readonly #names = new Map<string, string>();
  readonly #availability: Watched;
  #prepares: boolean;
  /** Why this connection is of no use any more. */
  #lost: { error: unknown } | undefined;

  constructor(client: pg.PoolClient, prepares: boolean, availability: Watched) {
    this.#client = client;
    this.#prepares = prepares;
    this.#availability = availability;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    sql: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof sql !== "string") throw new Error("cursors are not used here");
    return this.#run<R>(sql, [...parameters]);
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy || this.#lost !== undefined);
  }

  async #run<R>(text: string, values: unknown[]): Promise<PostgresQueryResult<R>> {
    // The rollback after a query that was never answered would wait behind it.
    if (this.#lost) {
      noticeFault(this.#lost.error);
      throw this.#lost.error;
    }
    // Several statements in one text can't be prepared; ours of that kind have no parameters.
    const name = values.length > 0 ? this.#nameOf(text) : undefined;
    const asked = performance.now();
    try {
      const { command, rowCount, rows } = await this.#client.query({ ...(name && { name }), text, values });
      this.#availability.answered(asked);
      return { command: knownCommand(command), rowCount: rowCount ?? 0, rows };
    } catch (error) {
      if (!isTaken(error)) noticeFault(error);
      if (isUnprepared(error)) this.#prepares = false;
      if (isUnavailable(error)) {
        this.#lost = { error };
        this.#availability.failed(error);
      }
      throw error;
    }
  }

  #nameOf(text: string): string | undefined {
    if (!this.#prepares) return undefined;
    const known = this.#names.get(text);
    if (known) return known;
    if (this.#names.size >= MAX_STATEMENTS) return undefined;
    const name = createHash("sha256").update(text).digest("base64url");
    this.#names.set(text, name);
    return name;
  }
}

/** Whether the server process that answers is the one that we were connected to: a pooler gives a number of its own. */
async function isDirect(client: pg.PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return "processID" in client && client.processID === rows[0]?.pid;
}

const COMMANDS = ["UPDATE", "DELETE", "INSERT", "SELECT", "MERGE", "COMMIT", "ROLLBACK"] as const;

/** Kysely looks at these; anything else (begin, say) is to it as a select without rows. */
function knownCommand(command: string): (typeof COMMANDS)[number] {
  return COMMANDS.find((known) => known === command) ?? "SELECT";
}

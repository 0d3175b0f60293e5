import { createHash } from "node:crypto";
import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from "kysely";
import pg from "pg";
import { noticeFault } from "../faults.ts";
import type { Watch } from "./availability.ts";
import { isUnavailable } from "./unavailable.ts";

/** In milliseconds: the longest time for one statement, and for nothing in a transaction. */
export type Limits = { statementMs: number; idleInTransactionMs: number };

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
 * One connection, as Kysely sees it.
 *
 * To PostgreSQL itself: it keeps its statements prepared, since planning takes longer than most of ours take to run, and
 * has its limits for as long as it lives. Through a pooler each transaction may meet another server process, where
 * nothing of this is known: there every transaction begins with its limits, a lone statement is a transaction, and
 * nothing is prepared.
 *
 * `begin` goes out together with the first statement, and each transaction is so one way to the server and back faster.
 */
export class DatabaseConnection implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  readonly #names = new Map<string, string>();
  readonly #watch: Watch;
  readonly #pooled: boolean;
  readonly #begin: string;
  #prepares: boolean;
  #transaction: "none" | "asked for" | "open" = "none";
  /** Why this connection is of no use any more. */
  #lost: { error: unknown } | undefined;

  static async open(client: pg.PoolClient, limits: Limits, watch: Watch) {
    const direct = await isDirect(client);
    if (direct) await client.query(settings(limits, false));
    return new DatabaseConnection(client, direct ? undefined : limits, watch);
  }

  private constructor(client: pg.PoolClient, limits: Limits | undefined, watch: Watch) {
    this.#client = client;
    this.#watch = watch;
    this.#pooled = limits !== undefined;
    this.#prepares = !this.#pooled;
    this.#begin = limits ? `begin; ${settings(limits, true)}` : "begin";
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
    const before = this.#transaction;
    const ends = text === "commit" || text === "rollback";
    if (text === "begin" || (ends && before === "asked for")) {
      this.#transaction = ends ? "none" : "asked for";
      return { command: knownCommand(text.toUpperCase()), rowCount: 0, rows: [] };
    }
    if (before !== "none") this.#transaction = ends ? "none" : "open";
    const alone = before === "none" && this.#pooled;
    const opening = before === "asked for" || alone ? this.#send(this.#begin) : undefined;
    const asked = this.#send<R>(text, values);
    const closing = alone ? this.#send("commit") : undefined;
    // All are waited for, so that nothing is under way any more when this is over. The first fault is the cause.
    const [opened, answer, closed] = await Promise.allSettled([opening, asked, closing]);
    for (const each of [opened, answer, closed]) if (each.status === "rejected") throw each.reason;
    return await asked;
  }

  async #send<R>(text: string, values: unknown[] = []): Promise<PostgresQueryResult<R>> {
    // Several statements in one text can't be prepared; ours of that kind have no parameters.
    const name = values.length > 0 ? this.#nameOf(text) : undefined;
    const asked = performance.now();
    try {
      const result = await this.#client.query({ ...(name && { name }), text, values });
      this.#watch.answered(asked);
      const { command, rowCount, rows } = result;
      return { command: knownCommand(command), rowCount: rowCount ?? 0, rows };
    } catch (error) {
      if (!isTaken(error)) noticeFault(error);
      if (isUnprepared(error)) this.#prepares = false;
      if (isUnavailable(error)) {
        this.#lost ??= { error };
        this.#watch.failed(error);
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

/** Sets the limits until the transaction or the connection ends. Not by `set local`, which is no expression. */
function settings({ statementMs, idleInTransactionMs }: Limits, untilCommit: boolean): string {
  return (
    `select set_config('statement_timeout', '${statementMs}', ${untilCommit}), ` +
    `set_config('idle_in_transaction_session_timeout', '${idleInTransactionMs}', ${untilCommit})`
  );
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

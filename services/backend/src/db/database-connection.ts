import { createHash } from "node:crypto";
import { Duplex } from "node:stream";
import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from "kysely";
import pg from "pg";
import { noticeFault } from "../faults.ts";
import { assertAdmitted, isAdmission } from "./admission.ts";
import type { Watch } from "./availability.ts";
import { isUnavailable } from "./unavailable.ts";

/** In milliseconds: the longest time for one statement, and for nothing in a transaction. */
export type Limits = { statementMs: number; idleInTransactionMs: number };

type Statement = { text: string; values: unknown[] };

/** A transaction that has been asked for; it is open from its first statement on. */
type Transaction = { begin: string; isOpen: boolean; admission?: Statement };

/** How Kysely begins a transaction, and one that can change nothing. */
const BEGIN = "begin";
const BEGIN_READING = "start transaction read only";

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
 * One that may change something then waits for the statement that makes it the user's (`admission.ts`): a change must not
 * be sent where it is not certain that a transaction is open.
 *
 * One that only reads is, statement by statement, one flight: begin, admission, statement, commit. To its work it is the
 * same, since PostgreSQL shows each statement what is committed when it begins; and no connection waits in a transaction
 * for what we do with the rows. All four are waited for, so without the admission nobody ever sees a row.
 */
export class DatabaseConnection implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  readonly #names = new Map<string, string>();
  readonly #watch: Watch;
  readonly #pooled: boolean;
  readonly #limits: string;
  readonly #stream: Corkable | undefined;
  #prepares: boolean;
  #transaction: Transaction | undefined;
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
    this.#limits = limits ? `; ${settings(limits, true)}` : "";
    this.#stream = streamOf(client);
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
    const transaction = this.#transaction;
    if (text === BEGIN || text === BEGIN_READING) {
      this.#transaction = { begin: text, isOpen: false };
      return nothing("SELECT");
    }
    const reads = transaction?.begin === BEGIN_READING;
    if (transaction && reads && isAdmission(text)) {
      transaction.admission = { text, values };
      return nothing("SELECT");
    }
    const commits = text === "commit";
    if (transaction && (commits || text === "rollback")) {
      this.#transaction = undefined;
      // One that reads is asked for its admission even where its work has asked for nothing.
      const isDue = reads ? commits && !transaction.isOpen && transaction.admission : transaction.isOpen;
      if (!isDue) return nothing(commits ? "COMMIT" : "ROLLBACK");
    }
    return this.#fly<R>(transaction, { text, values });
  }

  /** Sends a statement, with all that must stand before and after it, in one flight. */
  async #fly<R>(transaction: Transaction | undefined, { text, values }: Statement): Promise<PostgresQueryResult<R>> {
    const reads = transaction?.begin === BEGIN_READING;
    const whole = transaction ? reads : this.#pooled;
    const opens = whole || transaction?.isOpen === false;
    if (transaction) transaction.isOpen = true;
    if (!opens) return this.#send<R>(text, values);
    const admission = reads ? transaction?.admission : undefined;
    this.#stream?.cork();
    const opening = this.#send(`${transaction?.begin ?? BEGIN}${this.#limits}`);
    const admitting = admission && this.#send(admission.text, admission.values);
    const asked = this.#send<R>(text, values);
    const closing = whole && text !== "commit" ? this.#send("commit") : undefined;
    this.#stream?.uncork();
    // All are waited for, so that nothing is under way any more when this is over. The first fault is the cause.
    const [opened, admitted, answer, closed] = await Promise.allSettled([opening, admitting, asked, closing]);
    for (const each of [opened, admitted, answer, closed]) if (each.status === "rejected") throw each.reason;
    if (admitting) assertAdmitted((await admitting).rows);
    return asked;
  }

  async #send<R>(text: string, values: unknown[] = []): Promise<PostgresQueryResult<R>> {
    // Several statements in one text can't be prepared; ours of that kind have no parameters.
    const name = values.length > 0 ? this.#nameOf(text) : undefined;
    const asked = performance.now();
    try {
      const result = await (name ? this.#client.query({ name, text, values }) : this.#client.query(text, values));
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

type Corkable = { cork: () => void; uncork: () => void };

/**
 * What the driver writes to, so that what is sent together is one write to the socket. It is no documented part of the
 * driver, so all goes on without it.
 */
function streamOf(client: object): Corkable | undefined {
  const connection = "connection" in client ? client.connection : undefined;
  if (typeof connection !== "object" || connection === null || !("stream" in connection)) return undefined;
  return connection.stream instanceof Duplex ? connection.stream : undefined;
}

const COMMANDS = ["UPDATE", "DELETE", "INSERT", "SELECT", "MERGE", "COMMIT", "ROLLBACK"] as const;

/** Kysely looks at these; anything else (begin, say) is to it as a select without rows. */
function nothing<R>(command: ReturnType<typeof knownCommand>): PostgresQueryResult<R> {
  return { command, rowCount: 0, rows: [] };
}

function knownCommand(command: string): (typeof COMMANDS)[number] {
  return COMMANDS.find((known) => known === command) ?? "SELECT";
}

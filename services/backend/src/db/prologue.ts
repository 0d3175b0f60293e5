import { AsyncLocalStorage } from "node:async_hooks";
import {
  CompiledQuery,
  type DatabaseConnection,
  PostgresDialect,
  PostgresDriver,
  type TransactionSettings,
} from "kysely";
import pg from "pg";

const prologues = new AsyncLocalStorage<string>();

/** Begins the transactions that `work` begins with these statements, in the same round trip as `begin`. */
export function withPrologue<T>(statements: string, work: () => Promise<T>): Promise<T> {
  return prologues.run(statements, work);
}

/** Kysely's PostgreSQL dialect, whose transactions may have a prologue. */
export class PrologueDialect extends PostgresDialect {
  readonly #config: ConstructorParameters<typeof PostgresDialect>[0];

  constructor(config: ConstructorParameters<typeof PostgresDialect>[0]) {
    super(config);
    this.#config = config;
  }

  override createDriver(): PostgresDriver {
    return new PrologueDriver(this.#config);
  }
}

class PrologueDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    const prologue = prologues.getStore();
    if (prologue === undefined) return super.beginTransaction(connection, settings);
    try {
      await connection.executeQuery(CompiledQuery.raw(`begin; ${prologue}`));
    } catch (error) {
      // It may have begun before it failed; the connection must not go back to the pool like that.
      await connection.executeQuery(CompiledQuery.raw("rollback"));
      throw error;
    }
  }
}

/** A value as a literal of SQL, for statements that can't have parameters. */
export function literal(value: string): string {
  return pg.escapeLiteral(value);
}

import type { PostgresPool, PostgresPoolClient } from "kysely";
import type pg from "pg";
import { noticeFault } from "../faults.ts";
import type { Watch } from "./availability.ts";
import { DatabaseConnection, type Limits } from "./database-connection.ts";
import { isReadOnly, isUnavailable } from "./unavailable.ts";

const UNWATCHED: Watch = { answered: () => {}, failed: () => {} };

/**
 * The pool behind Kysely. Its `pg.Pool` must be in pipeline mode and name no limits of its own: poolers refuse those.
 * `availability` is told of every query that is answered, and of every one for which the database is not there.
 */
export class DatabasePool implements PostgresPool {
  readonly options: object;
  readonly #pool: pg.Pool;
  readonly #limits: Limits;
  readonly #availability: Watch;
  readonly #connections = new WeakMap<pg.PoolClient, { connection: DatabaseConnection; failovers: number }>();
  /** Connections from before a failover lead to a server that takes no changes any more. */
  #failovers = 0;

  constructor(pool: pg.Pool, limits: Limits, availability: Watch = UNWATCHED) {
    this.#pool = pool;
    this.options = pool.options;
    this.#limits = limits;
    this.#availability = availability;
  }

  async connect(): Promise<PostgresPoolClient> {
    try {
      for (;;) {
        const client = await this.#pool.connect();
        const known = this.#connections.get(client);
        if (!known) return await this.#open(client);
        if (known.failovers === this.#failovers) return known.connection;
        client.release(true);
      }
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  end(): Promise<void> {
    return this.#pool.end();
  }

  async #open(client: pg.PoolClient): Promise<DatabaseConnection> {
    try {
      const connection = await DatabaseConnection.open(client, this.#limits, {
        answered: (asked) => this.#availability.answered(asked),
        failed: (error) => this.#failed(error),
      });
      this.#connections.set(client, { connection, failovers: this.#failovers });
      return connection;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  #failed(error: unknown): void {
    noticeFault(error);
    if (isReadOnly(error)) this.#failovers += 1;
    if (isUnavailable(error)) this.#availability.failed(error);
  }
}

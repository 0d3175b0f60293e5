import { Kysely, PostgresDialect, sql as raw } from "kysely";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { DatabasePool } from "../src/db/database-pool.ts";
import { closeAfterTest, createTestDatabase, signUp, sql, startTestServer } from "./_harness.ts";

const limits = { statementMs: 5_000, idleInTransactionMs: 10_000 };

/** How many statements a connection keeps after it has run one twice. */
async function preparedAfterTwice(meddle: (client: object) => void): Promise<number> {
  const connectionString = await createTestDatabase({ migrate: false });
  const pool = new pg.Pool({ connectionString, max: 1, pipeline: true });
  pool.on("connect", meddle);
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new DatabasePool(pool, limits) }) });
  onTestFinished(() => db.destroy());
  for (const value of [1, 2]) await raw`select ${value}::int as "value"`.execute(db);
  const { rows } = await raw<{ count: number }>`select count(*)::int as "count" from pg_prepared_statements`.execute(
    db,
  );
  return rows[0]?.count ?? -1;
}

describe("a statement", () => {
  it("is kept prepared on a connection of our own", async () => {
    expect(await preparedAfterTwice(() => undefined)).toBe(1);
  });

  it("is not, behind a pooler that gives the connection a number of its own", async () => {
    const meddle = (client: object) => Object.assign(client, { processID: 1 });
    expect(await preparedAfterTwice(meddle)).toBe(0);
  });

  it("outlives a migration that changes what it gives", async () => {
    const server = await startTestServer();
    closeAfterTest(server);
    const ann = await signUp(server);
    await ann.json("POST", "/api/tasks", { title: "before" });
    for (let i = 0; i < 12; i++) await ann.tasks();
    await sql(server.databaseUrl, `alter table "tasks" add column "later" text`);
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => (await ann.request("GET", "/api/tasks?limit=100")).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    await ann.json("POST", "/api/tasks", { title: "after" });
    expect(await ann.tasks()).toMatchObject([{ title: "before" }, { title: "after" }]);
  });
});

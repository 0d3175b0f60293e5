import { spawnSync } from "node:child_process";
import path from "node:path";
import { sql as raw } from "kysely";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDatabase, inTransaction } from "../src/db/database.ts";
import { MigrationError, migrateToLatest } from "../src/db/migrate.ts";
import { closeAfterTest, createTestDatabase, signUp, sql, startTestServer } from "./_harness.ts";
import { hasPgBouncer, startPgBouncer } from "./_pgbouncer.ts";

const migrateScript = path.resolve(import.meta.dirname, "../src/migrate.ts");

/** A database that gives up statements after 300 ms, and a transaction without any after 10 s. */
function open(url: string) {
  const db = createDatabase({ url, maxConnections: 5, statementTimeoutMs: 300, onError: () => undefined });
  onTestFinished(() => db.destroy());
  return db;
}

const sleep = raw`select pg_sleep(3)`;
const timeout = { code: "57014" };

describe.each([
  ["PostgreSQL itself", true, async (url: string) => url],
  ["PgBouncer that gives each transaction another connection", hasPgBouncer, startPgBouncer],
])("through %s", (_, available, lead) => {
  it.runIf(available)("statements are given up when they take too long, alone and in transactions", async () => {
    const db = open(await lead(await createTestDatabase()));
    for (let i = 0; i < 4; i++) {
      await expect(sleep.execute(db)).rejects.toMatchObject(timeout);
      await expect(inTransaction(db, "ann", (trx) => sleep.execute(trx))).rejects.toMatchObject(timeout);
    }
    const { rows } = await raw<{ one: number }>`select ${1}::int as "one"`.execute(db);
    expect(rows).toEqual([{ one: 1 }]);
  });

  it.runIf(available)("a transaction in which nothing happens has its limit", async () => {
    const db = open(await lead(await createTestDatabase()));
    const limits = await inTransaction(db, "ann", async (trx) => {
      const limit = raw<{ limit: string }>`select current_setting('idle_in_transaction_session_timeout') as "limit"`;
      return (await limit.execute(trx)).rows;
    });
    expect(limits).toEqual([{ limit: "10s" }]);
  });

  it.runIf(available)("what a transaction leaves undone is undone, and the next one is whole", async () => {
    const url = await createTestDatabase();
    const db = open(await lead(url));
    const insert = (userId: string) => raw`insert into "userStates" ("userId") values (${userId})`;
    await expect(inTransaction(db, "ann", (trx) => insert("ann").execute(trx))).rejects.toThrow(/foreign key/);
    await expect(
      inTransaction(db, "ann", async (trx) => {
        await raw`select 1`.execute(trx);
        throw new Error("of ours");
      }),
    ).rejects.toThrow("of ours");
    expect(await inTransaction(db, "ann", async () => "without a statement")).toBe("without a statement");
    const role = raw<{ role: string }>`select current_user as "role", current_setting('app.user_id') as "user"`;
    const seen = await inTransaction(db, "bob", async (trx) => (await role.execute(trx)).rows);
    expect(seen).toEqual([{ role: `${new URL(url).pathname.slice(1)}_app`, user: "bob" }]);
  });

  it.runIf(available)("people sign up, chat, undo and see nothing of each other", async () => {
    const databaseUrl = await createTestDatabase();
    const server = await startTestServer({ databaseUrl: await lead(databaseUrl) });
    closeAfterTest(server);
    const people = await Promise.all(
      ["milk", "bread", "tea"].map(async (what) => ({ what, who: await signUp(server) })),
    );
    await Promise.all(
      people.map(async ({ who, what }) => {
        const conversation = await who.conversation();
        for (const n of [1, 2, 3]) expect((await who.say(conversation, `add ${what} ${n}`)).done).toBe(true);
        await who.say(conversation, "undo that");
        const titles = (await who.tasks()).map(({ title }) => title);
        expect(titles.toSorted()).toEqual([`${what} 1`, `${what} 2`]);
      }),
    );
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200);
  });
});

describe.runIf(hasPgBouncer)("PgBouncer", () => {
  it("keeps no limit of ours for its other clients", async () => {
    const url = await startPgBouncer(await createTestDatabase());
    const db = open(url);
    await Promise.all(Array.from({ length: 10 }, () => inTransaction(db, "ann", (trx) => raw`select 1`.execute(trx))));
    await Promise.all(Array.from({ length: 10 }, () => raw`select 1`.execute(db)));
    const shown = await Promise.all(Array.from({ length: 4 }, () => sql(url, "show statement_timeout")));
    expect(shown.flat()).toEqual(Array.from({ length: 4 }, () => ({ statement_timeout: "0" })));
  });

  it("is noticed before a migration, which says what to do and changes nothing", async () => {
    const direct = await createTestDatabase({ migrate: false });
    const pooled = await startPgBouncer(direct);
    await expect(migrateToLatest(pooled)).rejects.toThrow(MigrationError);
    expect(await sql(direct, `select from pg_tables where schemaname = 'public'`)).toEqual([]);

    const env = { PATH: process.env["PATH"], DATABASE_URL: pooled, BETTER_AUTH_SECRET: "x".repeat(32) };
    const refused = spawnSync(process.execPath, [migrateScript, "--wait"], { env, encoding: "utf8" });
    expect(refused.status).toBe(1);
    expect(refused.stderr.trim()).toMatch(/^This address leads through a transaction pooler.* set DATABASE_DIRECT_URL/);
    expect(refused.stderr).not.toContain("postgres://");
    const past = spawnSync(process.execPath, [migrateScript], { env: { ...env, DATABASE_DIRECT_URL: direct } });
    expect(past.status).toBe(0);
  });
});

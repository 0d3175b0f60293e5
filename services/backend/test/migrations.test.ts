import { randomUUID } from "node:crypto";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type Db, inTransaction, type Trx } from "../src/db/database.ts";
import { MigrationError, migrateToLatest } from "../src/db/migrate.ts";
import { createTestDatabase, sql } from "./_harness.ts";
import { schemaOf } from "./_schema.ts";

describe("migrating", () => {
  it("leaves a database of a newer version as it is and says so", async () => {
    const url = await createTestDatabase();
    const later = ["9999-01-01-1-later", new Date().toISOString()];
    await sql(url, `insert into "kysely_migration" ("name", "timestamp") values ($1, $2)`, later);
    const before = await schemaOf(url);
    await expect(migrateToLatest(url)).rejects.toThrow(
      new MigrationError("The database is of a newer version than this program. Run the newer version."),
    );
    expect(await schemaOf(url)).toEqual(before);
  });

  it("leaves no account in a new database", async () => {
    const url = await createTestDatabase();
    for (const table of ["user", "account", "session", "apiTokens"]) {
      expect([table, await sql(url, `select * from "${table}"`)]).toEqual([table, []]);
    }
  });
});

describe("row-level security", () => {
  let url: string;
  let appRole: string;
  let db: Db;
  const ann = `ann-${randomUUID()}`;
  const bob = `bob-${randomUUID()}`;

  beforeAll(async () => {
    url = await createTestDatabase();
    appRole = `${new URL(url).pathname.slice(1)}_app`;
    for (const id of [ann, bob]) {
      await sql(
        url,
        `insert into "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt")
         values ($1, 'Test', $1 || '@example.com', false, now(), now())`,
        [id],
      );
      await sql(url, `insert into "conversations" values ($1, $2, 'of ' || $2, false, '', 0, 1, now(), now())`, [
        randomUUID(),
        id,
      ]);
    }
    db = createDatabase({ url, maxConnections: 1, onError: () => {} });
    return () => db.destroy();
  });

  /** Does something in a transaction of Ann's. */
  function asAnn<T>(work: (trx: Trx) => Promise<T>): Promise<T> {
    return inTransaction(db, ann, work);
  }

  it("stands on every table of the app that holds rows of users, none of which the app's role owns", async () => {
    const tables = await sql<{ name: string; secured: boolean; owner: string; policies: string }>(
      url,
      `select c.relname as "name", c.relrowsecurity as "secured", pg_get_userbyid(c.relowner) as "owner",
         (select count(*) from pg_policy p where p.polrelid = c.oid) as "policies"
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'userId' and not a.attisdropped
       where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
         and has_table_privilege($1, c.oid, 'select, insert, update, delete')`,
      [appRole],
    );
    expect(tables.length).toBeGreaterThanOrEqual(10);
    for (const { name, secured, owner, policies } of tables) {
      expect({ name, secured, policies }).toEqual({ name, secured: true, policies: "1" });
      expect(owner).not.toBe(appRole);
    }
  });

  it("gives the app's role no way around it, and nothing at all of accounts and sessions", async () => {
    const [role] = await sql(url, `select rolsuper, rolbypassrls, rolcanlogin from pg_roles where rolname = $1`, [
      appRole,
    ]);
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcanlogin: false });
    const [owned] = await sql(
      url,
      `select count(*)::int as "count" from pg_class where relowner = (select oid from pg_roles where rolname = $1)`,
      [appRole],
    );
    expect(owned).toEqual({ count: 0 });
    for (const table of ["user", "session", "account", "verification"] as const) {
      await expect(asAnn((trx) => trx.selectFrom(table).selectAll().execute())).rejects.toThrow(/permission denied/);
    }
  });

  it("shows a query without conditions only the user's own rows", async () => {
    const seen = await asAnn((trx) => trx.selectFrom("conversations").select("userId").execute());
    expect(seen).toEqual([{ userId: ann }]);
    const changed = await asAnn((trx) =>
      trx.updateTable("conversations").set({ title: "mine" }).where("userId", "=", bob).executeTakeFirst(),
    );
    expect(changed.numUpdatedRows).toBe(0n);
    const deleted = await asAnn((trx) => trx.deleteFrom("conversations").where("userId", "=", bob).executeTakeFirst());
    expect(deleted.numDeletedRows).toBe(0n);
    const titles = await sql<{ title: string }>(url, `select "title" from "conversations" where "userId" = $1`, [bob]);
    expect(titles).toEqual([{ title: `of ${bob}` }]);
  });

  it("lets nobody write a row for another, nor hand over one of their own", async () => {
    const now = new Date();
    const theirs = { id: randomUUID(), userId: bob, title: "planted", createdAt: now, updatedAt: now };
    await expect(asAnn((trx) => trx.insertInto("conversations").values(theirs).execute())).rejects.toThrow(
      /row-level security/,
    );
    await expect(
      asAnn((trx) => trx.updateTable("conversations").set({ userId: bob }).where("userId", "=", ann).execute()),
    ).rejects.toThrow(/row-level security/);
  });

  it("ends with the transaction, on the same connection", async () => {
    await asAnn((trx) => trx.selectFrom("conversations").select("id").execute());
    expect(await db.selectFrom("conversations").select("userId").execute()).toHaveLength(2);
  });

  it("shows nothing to the role when no user was named", async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query("begin");
    await client.query(`set local role ${pg.escapeIdentifier(appRole)}`);
    expect((await client.query(`select * from "conversations"`)).rows).toEqual([]);
    await client.end();
  });
});

import { randomUUID } from "node:crypto";
import { Migrator } from "kysely/migration";
import { expect, it } from "vitest";
import { long, row, tell } from "../../../../test/support/figures.ts";
import { createDatabase } from "../../src/db/database.ts";
import { migrateToLatest } from "../../src/db/migrate.ts";
import { migrations } from "../../src/db/migrations/index.ts";
import { createTestDatabase, sql } from "../_harness.ts";
import { schemaOf } from "../_schema.ts";

const names = Object.keys(migrations);
const TRIALS = long ? 100 : 3;
const MIGRATORS = 10;
const none = { at: "most", limit: 0 } as const;

it("applies each migration once, though ten migrators begin at once", async () => {
  let notOnce = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const url = await createTestDatabase({ migrate: false });
    const applied = await Promise.all(Array.from({ length: MIGRATORS }, () => migrateToLatest(url)));
    if (JSON.stringify(applied.flat().sort()) !== JSON.stringify(names.toSorted())) notOnce += 1;
    await sql(url, "select 1");
  }
  const what = `${MIGRATORS} migrators at once, ${TRIALS} times: times when a migration was applied twice, not at all or failed`;
  tell(row(what, { value: notOnce, unit: "" }, none));
  expect(notOnce).toBe(0);
});

/** A database with the schema as it was when `name` was the newest migration. */
async function databaseOf(name: string): Promise<string> {
  const url = await createTestDatabase({ migrate: false });
  const db = createDatabase({ url, maxConnections: 1, onError: () => undefined });
  try {
    const older = Object.fromEntries(Object.entries(migrations).filter(([each]) => each <= name));
    const { error } = await new Migrator({ db, provider: { getMigrations: async () => older } }).migrateToLatest();
    if (error) throw error;
  } finally {
    await db.destroy();
  }
  return url;
}

/** Rows of an app that was in use, in all tables that there have been from the first version on. */
async function plant(url: string): Promise<void> {
  const [user, task, conversation, message, run] = [
    randomUUID(),
    randomUUID(),
    randomUUID(),
    randomUUID(),
    randomUUID(),
  ];
  const rows: [string, unknown[]][] = [
    [`insert into "user" values ($1, 'Ann', $1 || '@example.com', false, null, now(), now())`, [user]],
    [
      `insert into "session" ("id", "expiresAt", "token", "createdAt", "updatedAt", "userId") values ($1, now(), $1, now(), now(), $1)`,
      [user],
    ],
  ];
  const inUse = await sql<{ there: boolean }>(url, `select to_regclass('tasks') is not null as there`);
  if (inUse[0]?.there) {
    rows.push(
      [`insert into "userStates" ("userId") values ($1)`, [user]],
      [
        `insert into "tasks" ("id", "userId", "number", "title", "notes", "status", "priority", "tags", "dueDate", "dueZone", "createdAt", "updatedAt")
         values ($2, $1, 1, 'Grüße 👋', E'two\\nlines', 'open', 'high', '{a,b}', '2026-11-30', 'Europe/Berlin', now(), now())`,
        [user, task],
      ],
      [
        `insert into "taskEvents" ("taskId", "userId", "kind", "after", "at") values ($2, $1, 'added', '{"title":"Grüße 👋"}', now())`,
        [user, task],
      ],
      [
        `insert into "conversations" ("id", "userId", "title", "createdAt", "updatedAt") values ($2, $1, 'talk', now(), now())`,
        [user, conversation],
      ],
      [
        `insert into "messages" ("id", "conversationId", "userId", "seq", "role", "parts", "text", "status", "createdAt")
         values ($3, $2, $1, 1, 'user', '[{"type":"text","text":"hi"}]', 'hi', 'complete', now())`,
        [user, conversation, message],
      ],
      [
        `insert into "runs" ("id", "conversationId", "userId", "messageId", "answerId", "status", "timeZone", "createdAt")
         values ($4, $2, $1, $3, gen_random_uuid(), 'failed', 'Europe/Berlin', now())`,
        [user, conversation, message, run],
      ],
      [`insert into "runChunks" values ($2, $1, 1, 1, '{"type":"start"}')`, [user, run]],
      [`insert into "runJournal" values ($2, $1, 1, '{"output":[]}')`, [user, run]],
    );
  }
  for (const [text, values] of rows) await sql(url, text, values);
}

/** Of each table there was, its rows as far as its columns go. */
async function read(url: string, columns: Map<string, string[]>): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const [table, names] of columns) {
    const list = names.map((name) => `"${name}"`).join();
    found[table] = await sql(
      url,
      `select to_jsonb("each")::text as "row" from (select ${list} from "${table}") as "each" order by 1`,
    );
  }
  return found;
}

it("brings a database of each earlier schema to the newest, with every row as it was", async () => {
  const fresh = await schemaOf(await createTestDatabase());
  let differing = 0;
  for (const name of names.slice(0, -1)) {
    const url = await databaseOf(name);
    await plant(url);
    const all = await sql<{ table: string; column: string }>(
      url,
      `select table_name as table, column_name as column from information_schema.columns
       where table_schema = 'public' and table_name not like 'kysely%' order by 1, ordinal_position`,
    );
    const columns = new Map(
      [...Map.groupBy(all, ({ table }) => table)].map(([table, rows]) => [table, rows.map(({ column }) => column)]),
    );
    const before = await read(url, columns);
    expect(Object.values(before).flat().length).toBeGreaterThan(1);
    await migrateToLatest(url);
    expect(await migrateToLatest(url)).toEqual([]);
    const isSame = JSON.stringify(await read(url, columns)) === JSON.stringify(before);
    const upgraded = await schemaOf(url);
    if (!isSame) differing += 1;
    expect({ name, isSame }).toEqual({ name, isSame: true });
    expect(upgraded).toEqual(fresh);
  }
  const what = `databases of the ${names.length - 1} earlier schemas, brought to the newest: rows or schema differ`;
  tell(row(what, { value: differing, unit: "" }, none));
});

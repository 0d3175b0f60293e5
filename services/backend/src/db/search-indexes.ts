import { sql } from "kysely";
import pg from "pg";
import type { Db } from "./database.ts";

/** An extension that this server does not have: since PostgreSQL 18, before it, and not ours to create. */
const NOT_TO_BE_HAD = new Set(["0A000", "58P01", "42501"]);

const extensions = ["pg_trgm", "btree_gin"] as const;

const indexes = {
  tasksBySearch: sql`
    create index "tasksBySearch" on "tasks"
      using gin ("userId", "title" gin_trgm_ops, "notes" gin_trgm_ops, "tags") with (gin_pending_list_limit = 512)
    where "deletedAt" is null`,
  messagesBySearch: sql`
    create index "messagesBySearch" on "messages"
      using gin ("userId", "text" gin_trgm_ops) with (gin_pending_list_limit = 512)`,
};

/** Any number that nothing else locks. */
const LOCK = 5_184_093_121;

/**
 * Makes the indexes that words and tags are searched by, unless they are there. They need two extensions that come with
 * PostgreSQL and that the owner of a database may create; a server without them searches all of a person's rows, and gets
 * the indexes at the next start after it has them. Safe to call from many processes at once.
 * @returns why they can't be had, or undefined when they are there
 */
export async function makeSearchIndexes(db: Db): Promise<string | undefined> {
  const names = Object.keys(indexes);
  try {
    await db.transaction().execute(async (trx) => {
      const present = await existing(trx, names);
      if (present.size === names.length) return;
      await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(trx);
      const by = await existing(trx, names);
      for (const extension of extensions) await sql`create extension if not exists ${sql.id(extension)}`.execute(trx);
      for (const [name, index] of Object.entries(indexes)) if (!by.has(name)) await index.execute(trx);
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !NOT_TO_BE_HAD.has(error.code ?? "")) throw error;
    return error.message;
  }
}

async function existing(db: Db, names: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ name: string }>`
    select relname::text as "name" from pg_class
    where relnamespace = 'public'::regnamespace and relname = any(${names})`.execute(db);
  return new Set(rows.map(({ name }) => name));
}

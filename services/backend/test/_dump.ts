import { sql } from "./_harness.ts";

/** The tables that say whose their rows are, read from the database, so that a new one is among them. */
export async function userTables(url: string): Promise<string[]> {
  const rows = await sql<{ name: string }>(
    url,
    `select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'userId' order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** Every row of these users as text. */
export async function dump(url: string, ...userIds: string[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of await userTables(url)) {
    const text = `select to_jsonb(t)::text as row from "${table}" t where "userId" = any($1) order by 1`;
    found[table] = (await sql<{ row: string }>(url, text, [userIds])).map(({ row }) => row);
  }
  const users = await sql<{ row: string }>(url, `select to_jsonb(t)::text as row from "user" t where id = any($1)`, [
    userIds,
  ]);
  found.user = users.map(({ row }) => row);
  return found;
}

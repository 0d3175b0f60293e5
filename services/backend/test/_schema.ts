import { sql } from "./_harness.ts";

/** All that makes a schema, in a form to compare: of two databases it is the same where neither differs. */
export async function schemaOf(url: string): Promise<Record<string, unknown[]>> {
  const app = `${new URL(url).pathname.slice(1)}_app`;
  const rows = (text: string) => sql<Record<string, unknown>>(url, text);
  const grants = await rows(
    `select relname, relrowsecurity, relforcerowsecurity, relpersistence, relacl::text as acl from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'S', 'v') order by 1`,
  );
  return {
    columns: await rows(
      `select table_name, column_name, data_type, is_nullable, column_default, identity_generation, ordinal_position
       from information_schema.columns where table_schema = 'public' order by 1, 2`,
    ),
    constraints: await rows(
      `select conrelid::regclass::text as on, contype, pg_get_constraintdef(oid) as is from pg_constraint
       where connamespace = 'public'::regnamespace order by 1, 2, 3`,
    ),
    indexes: await rows(`select indexdef from pg_indexes where schemaname = 'public' order by 1`),
    policies: await rows(
      `select tablename, policyname, roles::text, cmd, qual, with_check from pg_policies order by 1, 2`,
    ),
    functions: await rows(
      `select pg_get_functiondef(p.oid) as is from pg_proc p where pronamespace = 'public'::regnamespace
         and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') order by 1`,
    ),
    triggers: await rows(`select pg_get_triggerdef(oid) as is from pg_trigger where not tgisinternal order by 1`),
    migrations: await rows(`select "name" from "kysely_migration" order by "name"`),
    extensions: await rows("select extname from pg_extension order by 1"),
    // Roles bear the database's name.
    grants: grants.map((row) => ({ ...row, acl: String(row["acl"]).replaceAll(app, "the app") })),
    right: await rows(
      `select has_schema_privilege('${app}', 'public', 'usage') as usage, pg_has_role(current_user, '${app}', 'set') as member`,
    ),
  };
}

/** A hash of all rows of each table, whatever their order. */
export async function dataOf(url: string): Promise<Record<string, string>> {
  const tables = await sql<{ name: string }>(
    url,
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'
       and relpersistence = 'p' order by 1`,
  );
  const hashes: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await sql<{ hash: string }>(
      url,
      `select count(*) || ' ' || coalesce(md5(string_agg("hash", '' order by "hash")), '') as hash
       from (select md5(to_jsonb("row")::text) as "hash" from "${name}" as "row") as "each"`,
    );
    hashes[name] = row?.hash ?? "";
  }
  return hashes;
}

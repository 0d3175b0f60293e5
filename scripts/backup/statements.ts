/** How many tables there are, and whether they are this app's. */
export const LOOK = `select count(*), count(*) filter (where tablename = 'kysely_migration') from pg_tables where schemaname = 'public'`;

export const COUNT_PEOPLE = `select count(*) from public."user"`;

/** Removes all tables, which restored ones take the place of, and functions. What extensions have made stays. */
export const CLEAR = `do $$ declare "each" record; begin
  for "each" in select format('%I.%I', schemaname, tablename) as "name" from pg_tables where schemaname = 'public' loop
    execute format('drop table %s cascade', "each"."name");
  end loop;
  for "each" in
    select p.oid::regprocedure as "name" from pg_proc p
    where p.pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  loop
    execute format('drop routine %s cascade', "each"."name");
  end loop;
end $$;
`;

/**
 * The role in which the backend works for a user, named by the database as the migrations name it, and what they grant it:
 * the tables under row security, and the functions that search them for a user. A test compares with a database that was migrated.
 */
export const GRANT = `do $$ declare "app" text := left(current_database(), 59) || '_app'; "each" record; begin
  if not exists (select from pg_roles where rolname = "app") then
    execute format('create role %I nologin', "app");
    execute format('grant %I to current_user', "app");
  end if;
  execute format('grant usage on schema public to %I', "app");
  for "each" in select oid::regclass as "name" from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and relrowsecurity
  loop
    execute format('grant select, insert, update, delete on %s to %I', "each"."name", "app");
  end loop;
  for "each" in select oid::regprocedure as "name" from pg_proc
    where pronamespace = 'public'::regnamespace and prosecdef
  loop
    execute format('revoke execute on routine %s from public', "each"."name");
    execute format('grant execute on routine %s to %I', "each"."name", "app");
  end loop;
end $$;
`;

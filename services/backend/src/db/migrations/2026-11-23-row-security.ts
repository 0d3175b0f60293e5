import { type Kysely, sql } from "kysely";

const tables = [
  "tasks",
  "taskEvents",
  "userStates",
  "conversations",
  "messages",
  "runs",
  "runJournal",
  "runChunks",
  "toolEffects",
  "approvals",
];

/**
 * Row-level security behind the queries: everything done for a user runs in a role that owns no table, and that role
 * sees only the rows of the user named in the transaction's `app.user_id`. `(select …)` lets PostgreSQL evaluate the
 * setting once a query instead of once a row.
 *
 * Roles belong to the whole server, so this one bears the database's name; two databases made at once may race for it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$
    declare app text := left(current_database(), 59) || '_app';
    begin
      begin
        execute format('create role %I nologin', app);
      exception when duplicate_object or unique_violation then
        null;
      end;
      execute format('grant %I to current_user', app);
      execute format('grant usage on schema public to %I', app);
    end $$`.execute(db);
  for (const table of tables) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy "own" on ${sql.table(table)}
      using ("userId" = (select current_setting('app.user_id', true)))`.execute(db);
    await sql`
      do $$ begin
        execute format('grant select, insert, update, delete on ${sql.table(table)} to %I',
          left(current_database(), 59) || '_app');
      end $$`.execute(db);
  }
}

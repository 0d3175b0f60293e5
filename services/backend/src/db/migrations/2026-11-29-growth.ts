import { type Kysely, sql } from "kysely";

/**
 * Indexes by which each list is read from where its page begins, however many rows a person has, and the functions that
 * searches ask first (`db/queries/search.ts`).
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db);
}

/** Asked by `app.user_id` alone, as the policies are, since no policy applies to what the tables' owner asks. */
const me = sql`current_setting('app.user_id')`;

/**
 * A policy has its condition checked before any that could tell of a row, and `ilike` and `@>` count as such: no index
 * serves them for a role that the policy binds. So the owner asks for these, for the user that the policy would let
 * through.
 */
const secure = sql`
  language plpgsql stable security definer
  set search_path = pg_catalog, public, pg_temp set plan_cache_mode = force_custom_plan set enable_seqscan = off`;

/** No `coalesce`, which counts as one that could tell, too. */
const dueDate = sql`(case when "dueDate" is null then '9999-12-31'::date else "dueDate" end)`;
const dueTime = sql`(case when "dueTime" is null then '99' else "dueTime" end)`;

const statements = [
  // What the lists sort by, in the same words as in `db/queries/task-list.ts`.
  sql`
    create index "tasksByDueKey" on "tasks"
      ("userId", ${dueDate}, ${dueTime}, "number")
    where "deletedAt" is null`,
  sql`
    create index "openTasksByDueKey" on "tasks"
      ("userId", ${dueDate}, ${dueTime}, "number")
    where "deletedAt" is null and "status" = 'open'`,
  sql`
    create index "tasksByPriority" on "tasks"
      ("userId", (case "priority" when 'high' then -4 when 'medium' then -3 when 'low' then -2 else -1 end), "number")
    where "deletedAt" is null`,
  sql`create index "tasksByUpdate" on "tasks" ("userId", "updatedAt" desc, "number" desc) where "deletedAt" is null`,
  // Years of finished tasks stand before the open ones.
  sql`create index "openTasks" on "tasks" ("userId", "number") where "deletedAt" is null and "status" = 'open'`,
  sql`create index "trashedTasks" on "tasks" ("userId", "number") where "deletedAt" is not null`,
  sql`create index "messagesByUser" on "messages" ("userId", "conversationId")`,
  sql`
    create or replace function "searchTasks"("pattern" text, "tag" text, "most" integer) returns uuid[] ${secure} as $$
    begin
      return (
        select case when count(*) <= "most" then coalesce(array_agg("id"), '{}') end from (
          select "tasks"."id" from "tasks" where "userId" = ${me} and "deletedAt" is null
            and ("pattern" is null or "title" ilike "pattern" or "notes" ilike "pattern")
            and ("tag" is null or "tags" @> array["tag"])
          limit "most" + 1
        ) as "found"
      );
    end $$`,
  sql`
    create or replace function "searchConversations"("pattern" text, "most" integer) returns uuid[] ${secure} as $$
    begin
      return (
        select case when count(*) <= "most" then coalesce(array_agg(distinct "id"), '{}') end from (
          select "conversations"."id" from "conversations" where "userId" = ${me} and "title" ilike "pattern"
          union all
          select "conversationId" from "messages" where "userId" = ${me} and "text" ilike "pattern"
          limit "most" + 1
        ) as "found"
      );
    end $$`,
  sql`
    do $$ declare app text := left(current_database(), 59) || '_app'; begin
      revoke execute on function "searchTasks", "searchConversations" from public;
      execute format('grant execute on function "searchTasks", "searchConversations" to %I', app);
    end $$`,
];

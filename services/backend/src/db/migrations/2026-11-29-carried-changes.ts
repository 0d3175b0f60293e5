import { type Kysely, sql } from "kysely";

/**
 * Which of the user's changes an entry belongs to, counted by `userStates.tasksVersion`: so it is known whether entries
 * tell all that lies between two counts. Null for those of before, and of a version that does not know it yet.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "taskEvents" add column "version" integer`.execute(db);
  await sql`
    create index "taskEventsByVersion" on "taskEvents" ("userId", "version") where "version" is not null`.execute(db);
}

import { type Kysely, sql } from "kysely";

/**
 * Much at once goes in steps, each a transaction of its own. An approval of very many tasks keeps which they are apart from
 * what it shows; a call that is done in part keeps the input that does the rest; an account that is being deleted says so,
 * and goes on where a crash has left it. The index is for the foreign key: deleting a user looks for their approvals.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db);
}

const statements = [
  sql`alter table "approvals" add column "tasks" jsonb`,
  sql`create index "approvalsOfUser" on "approvals" ("userId")`,
  sql`alter table "toolEffects" add column "rest" jsonb`,
  sql`alter table "userStates" add column "leavingSince" timestamptz`,
  sql`create index "usersLeaving" on "userStates" ("leavingSince") where "leavingSince" is not null`,
];

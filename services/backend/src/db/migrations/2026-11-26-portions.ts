import { type Kysely, sql } from "kysely";

/** What is approved of many tasks is done in portions: `left` of them are still to be done, null before the first. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "approvals" add column "left" integer`.execute(db);
  await sql`create index "approvalsCutOff" on "approvals" ("createdAt") where "left" > 0`.execute(db);
}

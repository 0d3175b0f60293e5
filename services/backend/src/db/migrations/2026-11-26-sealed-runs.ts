import { type Kysely, sql } from "kysely";

/** Runs that can't be ended within their limits are sealed: failed for good, their log never folded. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table "runs" add column "sealed" boolean not null default false`.execute(db);
}

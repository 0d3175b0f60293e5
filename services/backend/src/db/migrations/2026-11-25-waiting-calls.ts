import { type Kysely, sql } from "kysely";

/**
 * Approvals of calls that no run stands behind: they go with their user, and keep what was done once it is done, so that
 * deciding again gives the same. The index is for counting what a token has deleted of late.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db);
}

const statements = [
  sql`
    alter table "approvals"
      add column "output" jsonb,
      add foreign key ("userId") references "user" ("id") on delete cascade`,
  sql`create index "taskEventsByToken" on "taskEvents" ("tokenId", "at") where "tokenId" is not null`,
];

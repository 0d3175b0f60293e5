import { type Kysely, sql } from "kysely";

/**
 * What undo needs of the audit log, personal API tokens, and approvals that no answer waits for.
 *
 * `undone` of an event says that it is taken back, `undoneBy` names the event that did it last, and `undo` marks such
 * events.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db);
}

const statements = [
  sql`
    alter table "taskEvents"
      add column "undo" boolean not null default false,
      add column "undone" boolean not null default false,
      add column "undoneBy" integer,
      add column "operation" text,
      add column "tokenId" uuid`,
  sql`create index "taskEventsByUser" on "taskEvents" ("userId", "id")`,
  sql`create index "taskEventsByCall" on "taskEvents" ("userId", "callId")`,
  sql`create index "taskEventsByRun" on "taskEvents" ("runId") where "runId" is not null`,
  sql`create index "taskEventsByUndo" on "taskEvents" ("undoneBy") where "undoneBy" is not null`,
  sql`create index "tasksInTrash" on "tasks" ("deletedAt") where "deletedAt" is not null`,
  sql`
    create table "apiTokens" (
      "id" uuid primary key,
      "userId" text not null references "user" ("id") on delete cascade,
      "name" text not null,
      "hash" text not null unique,
      "scope" text not null check ("scope" in ('read', 'write')),
      "timeZone" text not null,
      "createdAt" timestamptz not null,
      "lastUsedAt" timestamptz
    )`,
  sql`create index "apiTokensByUser" on "apiTokens" ("userId", "createdAt")`,
  sql`
    alter table "approvals"
      alter column "runId" drop not null,
      add column "input" jsonb,
      add column "tokenId" uuid,
      add column "timeZone" text`,
  sql`create index "approvalsByUser" on "approvals" ("userId") where "status" = 'pending'`,
  sql`alter table "apiTokens" enable row level security`,
  sql`
    create policy "own" on "apiTokens" using ("userId" = (select current_setting('app.user_id', true)))`,
  sql`
    do $$ begin
      execute format('grant select, insert, update, delete on "apiTokens" to %I', left(current_database(), 59) || '_app');
    end $$`,
];

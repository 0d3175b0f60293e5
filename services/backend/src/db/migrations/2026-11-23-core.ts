import { type Kysely, sql } from "kysely";

/**
 * Tasks, conversations and durable runs. Foreign keys carry the user along, so that no row can hang on a row of another
 * user, whatever a query forgets.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...tasks, ...conversations, ...runs, rateLimits]) await statement.execute(db);
}

const tasks = [
  sql`
    create table "userStates" (
      "userId" text primary key references "user" ("id") on delete cascade,
      "nextTaskNumber" integer not null default 1,
      "tasksVersion" integer not null default 0,
      "conversationsVersion" integer not null default 0,
      "messageCount" integer not null default 0,
      "messageWindowEnds" timestamptz not null default now()
    )`,
  sql`
    create table "tasks" (
      "id" uuid primary key,
      "userId" text not null references "user" ("id") on delete cascade,
      "number" integer not null,
      "title" text not null,
      "notes" text not null,
      "status" text not null check ("status" in ('open', 'done')),
      "priority" text not null check ("priority" in ('none', 'low', 'medium', 'high')),
      "tags" text[] not null,
      "dueDate" date,
      "dueTime" text,
      "dueZone" text,
      "createdAt" timestamptz not null,
      "updatedAt" timestamptz not null,
      "completedAt" timestamptz,
      "deletedAt" timestamptz,
      unique ("userId", "number"),
      unique ("id", "userId"),
      check (("dueDate" is null) = ("dueZone" is null) and ("dueTime" is null or "dueDate" is not null))
    )`,
  sql`create index "tasksByDue" on "tasks" ("userId", "dueDate") where "deletedAt" is null`,
  sql`
    create table "taskEvents" (
      "id" integer generated always as identity primary key,
      "taskId" uuid not null,
      "userId" text not null,
      "kind" text not null check ("kind" in ('added', 'updated', 'completed', 'reopened', 'deleted', 'restored')),
      "before" jsonb,
      "after" jsonb not null,
      "runId" uuid,
      "callId" text,
      "at" timestamptz not null,
      foreign key ("taskId", "userId") references "tasks" ("id", "userId") on delete cascade
    )`,
  sql`create index "taskEventsByTask" on "taskEvents" ("taskId", "id")`,
];

const conversations = [
  sql`
    create table "conversations" (
      "id" uuid primary key,
      "userId" text not null references "user" ("id") on delete cascade,
      "title" text not null,
      "titledByUser" boolean not null default false,
      "summary" text not null default '',
      "summarizedThrough" integer not null default 0,
      "nextMessageSeq" integer not null default 1,
      "createdAt" timestamptz not null,
      "updatedAt" timestamptz not null,
      unique ("id", "userId")
    )`,
  sql`create index "conversationsByUpdate" on "conversations" ("userId", "updatedAt" desc, "id" desc)`,
  sql`
    create table "messages" (
      "id" uuid primary key,
      "conversationId" uuid not null,
      "userId" text not null,
      "seq" integer not null,
      "role" text not null check ("role" in ('user', 'assistant')),
      "parts" jsonb not null,
      "text" text not null,
      "status" text not null check ("status" in ('complete', 'waiting', 'stopped', 'failed')),
      "runId" uuid,
      "createdAt" timestamptz not null,
      unique ("conversationId", "seq"),
      foreign key ("conversationId", "userId") references "conversations" ("id", "userId") on delete cascade
    )`,
];

const runs = [
  sql`
    create table "runs" (
      "id" uuid primary key,
      "conversationId" uuid not null,
      "userId" text not null,
      "messageId" uuid not null unique references "messages" ("id") on delete cascade,
      "answerId" uuid not null unique,
      "status" text not null check ("status" in ('queued', 'running', 'waiting', 'done', 'stopped', 'failed')),
      "timeZone" text not null,
      "attempt" integer not null default 0,
      "crashes" integer not null default 0,
      "leaseOwner" text,
      "leaseUntil" timestamptz,
      "stopRequested" boolean not null default false,
      "chunkSeq" integer not null default 0,
      "changes" integer not null default 0,
      "createdAt" timestamptz not null,
      "finishedAt" timestamptz,
      unique ("id", "userId"),
      foreign key ("conversationId", "userId") references "conversations" ("id", "userId") on delete cascade
    )`,
  sql`
    create unique index "oneLiveRunPerConversation" on "runs" ("conversationId")
    where "status" in ('queued', 'running', 'waiting')`,
  sql`create index "runsToClaim" on "runs" ("createdAt") where "status" in ('queued', 'running')`,
  sql`create index "runsByConversation" on "runs" ("conversationId", "createdAt" desc)`,
  sql`create index "runsByUser" on "runs" ("userId") where "status" in ('queued', 'running', 'waiting')`,
  sql`
    create table "runJournal" (
      "runId" uuid not null,
      "userId" text not null,
      "turn" integer not null,
      "response" jsonb not null,
      primary key ("runId", "turn"),
      foreign key ("runId", "userId") references "runs" ("id", "userId") on delete cascade
    )`,
  sql`
    create table "runChunks" (
      "runId" uuid not null,
      "userId" text not null,
      "seq" integer not null,
      "attempt" integer not null,
      "chunk" jsonb not null,
      primary key ("runId", "seq"),
      foreign key ("runId", "userId") references "runs" ("id", "userId") on delete cascade
    )`,
  sql`
    create table "toolEffects" (
      "runId" uuid not null,
      "callId" text not null,
      "userId" text not null,
      "tool" text not null,
      "result" jsonb not null,
      "deletes" integer not null default 0,
      "at" timestamptz not null,
      primary key ("runId", "callId"),
      foreign key ("runId", "userId") references "runs" ("id", "userId") on delete cascade
    )`,
  sql`
    create table "approvals" (
      "id" uuid primary key,
      "runId" uuid not null,
      "callId" text not null,
      "userId" text not null,
      "descriptor" jsonb not null,
      "status" text not null check ("status" in ('pending', 'approved', 'rejected')),
      "createdAt" timestamptz not null,
      "decidedAt" timestamptz,
      unique ("runId", "callId"),
      foreign key ("runId", "userId") references "runs" ("id", "userId") on delete cascade
    )`,
];

const rateLimits = sql`
  create unlogged table "rateLimits" (
    "key" text primary key,
    "windowEnds" timestamptz not null,
    "count" integer not null
  )`;

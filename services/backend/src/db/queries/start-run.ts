import type { Chunk, MessagePart, RunStatus } from "@todo/contract";
import { textOf } from "@todo/contract";
import { sql } from "kysely";
import pg from "pg";
import type { Trx } from "../database.ts";
import { type ModelContext, type ModelContextBounds, modelContextColumns } from "./model-context.ts";
import { LEASE_SECONDS, type RunRow } from "./runs.ts";

export type NewRun = {
  id: string;
  conversationId: string;
  userId: string;
  messageId: string;
  answerId: string;
  timeZone: string;
  /** The replica that took the message in, and works on its run. */
  owner: string;
  now: Date;
  parts: readonly MessagePart[];
  /** The conversation's title, if this is its first message and nobody has named it. */
  title: string;
};

/** What was found, and the run when nothing spoke against it. */
export type Start = {
  /** Whether there is such a conversation. */
  exists: boolean;
  /** Whether a message with this id was sent before. */
  sent: boolean;
  /** The user's runs that have not ended: one a conversation at most. */
  live: { conversationId: string; status: RunStatus }[];
  /** How many messages the user has sent in the current window, this one included, and when that ends. */
  messageCount: number;
  messageWindowEnds: Date;
  /** What the run's model is to be told. */
  context: ModelContext;
  run: RunRow | undefined;
};

/**
 * Stores a message, its run and the first chunk of the run's log, unless the message was sent before, its conversation
 * is unknown or has a live run, the user has `maxActive` runs being answered, or has sent more than `maxMessages`. All
 * of that in one round trip, together with what the run's model is to be told: each round trip delays the first word.
 * The caller has entered by `enterWithMessage`, so nothing of it changes meanwhile.
 * Undefined when the message's id is taken by what the user can't see; the transaction is over then.
 */
export async function insertStart(
  trx: Trx,
  run: NewRun,
  limits: { maxActive: number; maxMessages: number },
  bounds: ModelContextBounds,
): Promise<Start | undefined> {
  const { userId, conversationId, messageId, now } = run;
  const first: Chunk = { type: "start", messageId: run.answerId };
  const query = sql<Omit<Start, "context" | "run"> & ModelContext & RunRow>`
    with "found" as (
      select
        "messageCount", "messageWindowEnds",
        (select "nextMessageSeq" from "conversations" where "userId" = ${userId} and "id" = ${conversationId}) as "place",
        exists (select from "messages" where "userId" = ${userId} and "id" = ${messageId}) as "sent",
        coalesce((
          select jsonb_agg(jsonb_build_object('conversationId', "conversationId", 'status', "status")) from "runs"
          where "userId" = ${userId} and "status" in ('queued', 'running', 'waiting')
        ), '[]') as "live",
        ${modelContextColumns(userId, conversationId, messageId, bounds)}
      from "userStates" where "userId" = ${userId}
    ), "free" as (
      select "place" from "found"
      where "place" is not null and not "sent" and "messageCount" <= ${limits.maxMessages}
        and not "live" @> jsonb_build_array(jsonb_build_object('conversationId', ${conversationId}::text))
        and (select count(*) from jsonb_array_elements("live") as "each" where "each" ->> 'status' <> 'waiting')
          < ${limits.maxActive}
    ), "conversation" as (
      update "conversations" set
        "nextMessageSeq" = "place" + 1,
        "updatedAt" = ${now},
        "title" = case when "place" = 1 and not "titledByUser" then ${run.title} else "title" end
      from "free" where "userId" = ${userId} and "id" = ${conversationId}
    ), "message" as (
      insert into "messages"
        ("id", "conversationId", "userId", "seq", "role", "parts", "text", "status", "runId", "createdAt")
      select ${messageId}::uuid, ${conversationId}::uuid, ${userId}, "place", 'user', ${JSON.stringify(run.parts)}::jsonb,
        ${textOf(run.parts)}, 'complete', ${run.id}::uuid, ${now}
      from "free"
    ), "new" as (
      insert into "runs"
        ("id", "conversationId", "userId", "messageId", "answerId", "status", "timeZone", "attempt", "chunkSeq",
         "leaseOwner", "leaseUntil", "createdAt")
      select ${run.id}::uuid, ${conversationId}::uuid, ${userId}, ${messageId}::uuid, ${run.answerId}::uuid, 'running',
        ${run.timeZone}, 1, 1, ${run.owner}, now() + make_interval(secs => ${LEASE_SECONDS}), ${now}
      from "free"
      returning *
    ), "log" as (
      insert into "runChunks" ("runId", "userId", "seq", "attempt", "chunk")
      select ${run.id}::uuid, ${userId}, 1, 1, ${JSON.stringify(first)}::jsonb from "free"
    )
    select "found".*, "place" is not null as "exists", "new".* from "found" left join "new" on true`;
  const row = await query.execute(trx).then(
    ({ rows }) => rows[0],
    (error: unknown) => {
      if (isTaken(error)) return null;
      throw error;
    },
  );
  if (row === null) return undefined;
  if (!row) throw new Error("a user without a state sends a message");
  const { exists, sent, live, messageCount, messageWindowEnds, summary, history, tasks, ...stored } = row;
  // Without a run its columns are null.
  const inserted = stored.id ? stored : undefined;
  return { exists, sent, live, messageCount, messageWindowEnds, context: { summary, history, tasks }, run: inserted };
}

/** All live runs of the user, as in `insertStart`. */
export async function listLiveRuns(trx: Trx, userId: string): Promise<Start["live"]> {
  return trx
    .selectFrom("runs")
    .select(["conversationId", "status"])
    .where("userId", "=", userId)
    .where("status", "in", ["queued", "running", "waiting"])
    .execute();
}

/** Which of the two PostgreSQL looks at first is its own affair. */
function isTaken(error: unknown): boolean {
  const taken = ["messages_pkey", "runs_messageId_key"];
  return error instanceof pg.DatabaseError && taken.includes(error.constraint ?? "");
}

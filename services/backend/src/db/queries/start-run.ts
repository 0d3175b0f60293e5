import { type Chunk, type MessagePart, type RunStatus, textOf } from "@todo/contract";
import { sql } from "kysely";
import pg from "pg";
import type { Trx } from "../database.ts";
import { leaseEnd, type RunRow } from "./runs.ts";

/** What decides whether a message may start a run. */
export type Start = {
  /** The place of the conversation's next message, or null when there is no such conversation. */
  seq: number | null;
  /** Whether a message with this id was sent before. */
  sent: boolean;
  /** The user's runs that have not ended: one a conversation at most. */
  live: { conversationId: string; status: RunStatus }[];
};

/** Looks up in one round trip what `insertStart` depends on. The caller holds the lock of the user's state. */
export async function findStart(trx: Trx, userId: string, conversationId: string, messageId: string): Promise<Start> {
  const { rows } = await sql<Start>`
    select
      (select "nextMessageSeq" from "conversations" where "userId" = ${userId} and "id" = ${conversationId}) as "seq",
      exists (select from "messages" where "userId" = ${userId} and "id" = ${messageId}) as "sent",
      coalesce((
        select json_agg(json_build_object('conversationId', "conversationId", 'status', "status")) from "runs"
        where "userId" = ${userId} and "status" in ('queued', 'running', 'waiting')
      ), '[]') as "live"`.execute(trx);
  const [start] = rows;
  if (!start) throw new Error("a select without a row");
  return start;
}

/** All live runs of the user, as in `findStart`. */
export async function listLiveRuns(trx: Trx, userId: string): Promise<Start["live"]> {
  return trx
    .selectFrom("runs")
    .select(["conversationId", "status"])
    .where("userId", "=", userId)
    .where("status", "in", ["queued", "running", "waiting"])
    .execute();
}

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
  message: { seq: number; parts: readonly MessagePart[] };
  /** A title for the conversation, when this is its first message. */
  title: string | undefined;
};

/** A message that somebody sent has a run, and PostgreSQL may come to that part of the statement first. */
const TAKEN = new Set(["messages_pkey", "runs_messageId_key"]);

/**
 * Stores a message, its run and the first chunk of the run's log, in one round trip. Undefined when the message's id is
 * taken by what the user can't see; the transaction is over then.
 */
export async function insertStart(trx: Trx, run: NewRun): Promise<RunRow | undefined> {
  const { owner, now, message, title, ...ids } = run;
  const { id: runId, conversationId, userId, messageId, answerId } = run;
  const first: Chunk = { type: "start", messageId: answerId };
  const content = { parts: JSON.stringify(message.parts), text: textOf(message.parts) };
  try {
    return await trx
      .with("conversation", (query) =>
        query
          .updateTable("conversations")
          .set({
            nextMessageSeq: message.seq + 1,
            updatedAt: now,
            ...(title !== undefined && { title: untilNamed(title) }),
          })
          .where("userId", "=", userId)
          .where("id", "=", conversationId),
      )
      .with("message", (query) =>
        query.insertInto("messages").values({
          ...content,
          id: messageId,
          conversationId,
          userId,
          seq: message.seq,
          role: "user",
          status: "complete",
          runId,
          createdAt: now,
        }),
      )
      .with("run", (query) =>
        query
          .insertInto("runs")
          .values({
            ...ids,
            status: "running",
            attempt: 1,
            chunkSeq: 1,
            leaseOwner: owner,
            leaseUntil: leaseEnd,
            createdAt: now,
          })
          .returningAll(),
      )
      .with("log", (query) =>
        query.insertInto("runChunks").values({ runId, userId, seq: 1, attempt: 1, chunk: JSON.stringify(first) }),
      )
      .selectFrom("run")
      .selectAll()
      .executeTakeFirstOrThrow();
  } catch (error) {
    if (error instanceof pg.DatabaseError && TAKEN.has(error.constraint ?? "")) return undefined;
    throw error;
  }
}

function untilNamed(title: string) {
  return sql<string>`case when "titledByUser" then "title" else ${title} end`;
}

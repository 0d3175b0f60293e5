import type { Conversation, Run, RunStatus } from "@todo/contract";
import { sql } from "kysely";
import { z } from "zod";
import type { Trx } from "../database.ts";
import { containing, decodeCursor, encodeCursor } from "./cursor.ts";
import { searchConversations } from "./search.ts";

/** A year 0 is a date for zod, but none for PostgreSQL. */
const cursorSchema = z.tuple([z.iso.datetime().refine((at) => at >= "0001"), z.uuid()]);

/** As many hits of a search are told by name. */
const FEW = 1_000;

export async function insertConversation(
  trx: Trx,
  row: { id: string; userId: string; title: string; now: Date },
): Promise<boolean> {
  const inserted = await trx
    .insertInto("conversations")
    .values({ id: row.id, userId: row.userId, title: row.title, createdAt: row.now, updatedAt: row.now })
    .onConflict((c) => c.column("id").doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

/** The user's conversation with its newest run. */
export async function findConversation(trx: Trx, userId: string, id: string): Promise<Conversation | undefined> {
  const row = await withRun(trx, userId).where("conversations.id", "=", id).executeTakeFirst();
  return row && toConversation(row);
}

/** One page, the newest change first. Returns undefined when the cursor is none of ours. */
export async function listConversations(
  trx: Trx,
  userId: string,
  filter: { q?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: Conversation[]; nextCursor: string | null } | undefined> {
  const after = filter.cursor === undefined ? null : decodeCursor(filter.cursor, cursorSchema);
  if (after === undefined) return undefined;
  const pattern = filter.q ? containing(filter.q) : undefined;
  const hits = pattern === undefined ? undefined : await searchConversations(trx, pattern, FEW);
  if (hits?.length === 0) return { items: [], nextCursor: null };
  const rows = await withRun(trx, userId)
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`("conversations"."updatedAt", "conversations"."id") < (${after?.[0]}, ${after?.[1]})`),
    )
    .$if(hits !== undefined, (query) => query.where(sql<boolean>`"conversations"."id" = any(${hits}::uuid[])`))
    // With many hits the list is read in its order, and comes upon them soon.
    .$if(pattern !== undefined && hits === undefined, (query) =>
      query.where((eb) =>
        eb.or([
          eb("conversations.title", "ilike", pattern ?? ""),
          eb.exists(
            eb
              .selectFrom("messages")
              .select("messages.id")
              .where("messages.userId", "=", userId)
              .whereRef("messages.conversationId", "=", "conversations.id")
              .where("messages.text", "ilike", pattern ?? ""),
          ),
        ]),
      ),
    )
    .orderBy("conversations.updatedAt", "desc")
    .orderBy("conversations.id", "desc")
    .limit(filter.limit + 1)
    .execute();
  const items = rows.slice(0, filter.limit).map(toConversation);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > filter.limit && last ? encodeCursor([last.updatedAt, last.id]) : null };
}

/** Gives the user's own title, which stays from then on. False when there is no such conversation. */
export async function renameConversation(trx: Trx, userId: string, id: string, title: string): Promise<boolean> {
  const row = await trx
    .updateTable("conversations")
    .set({ title, titledByUser: true })
    .where("userId", "=", userId)
    .where("id", "=", id)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Gives the title of the first message, unless the user has given one. */
export async function titleByMessage(trx: Trx, userId: string, id: string, title: string): Promise<void> {
  await trx
    .updateTable("conversations")
    .set({ title })
    .where("userId", "=", userId)
    .where("id", "=", id)
    .where("titledByUser", "=", false)
    .execute();
}

export async function deleteConversation(trx: Trx, userId: string, id: string): Promise<boolean> {
  const row = await trx
    .deleteFrom("conversations")
    .where("userId", "=", userId)
    .where("id", "=", id)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Reserves the place of one more message and marks the conversation as changed. Undefined for an unknown one. */
export async function nextMessageSeq(trx: Trx, userId: string, id: string, now: Date): Promise<number | undefined> {
  const row = await trx
    .updateTable("conversations")
    .set({ nextMessageSeq: sql`"nextMessageSeq" + 1`, updatedAt: now })
    .where("userId", "=", userId)
    .where("id", "=", id)
    .returning("nextMessageSeq")
    .executeTakeFirst();
  return row && row.nextMessageSeq - 1;
}

/** What the model's context needs of a conversation. */
export async function findSummary(trx: Trx, userId: string, id: string) {
  return trx
    .selectFrom("conversations")
    .select(["summary", "summarizedThrough"])
    .where("userId", "=", userId)
    .where("id", "=", id)
    .executeTakeFirst();
}

export async function updateSummary(
  trx: Trx,
  userId: string,
  id: string,
  summary: string,
  summarizedThrough: number,
): Promise<void> {
  await trx
    .updateTable("conversations")
    .set({ summary, summarizedThrough })
    .where("userId", "=", userId)
    .where("id", "=", id)
    .execute();
}

function withRun(trx: Trx, userId: string) {
  return trx
    .selectFrom("conversations")
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom("runs")
          .select(["runs.id as runId", "runs.messageId", "runs.answerId", "runs.status"])
          .whereRef("runs.conversationId", "=", "conversations.id")
          .orderBy("runs.createdAt", "desc")
          .orderBy("runs.id")
          .limit(1)
          .as("run"),
      (join) => join.onTrue(),
    )
    .select([
      "conversations.id",
      "conversations.title",
      "conversations.createdAt",
      "conversations.updatedAt",
      "run.runId",
      "run.messageId",
      "run.answerId",
      "run.status",
    ])
    .where("conversations.userId", "=", userId);
}

function toConversation(row: {
  id: string;
  title: string;
  createdAt: Date;
  updatedAt: Date;
  runId: string | null;
  messageId: string | null;
  answerId: string | null;
  status: RunStatus | null;
}): Conversation {
  const { runId, messageId, answerId, status } = row;
  const run: Run | null =
    runId && messageId && answerId && status
      ? { id: runId, conversationId: row.id, messageId, answerId, status }
      : null;
  return {
    id: row.id,
    title: row.title,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    run,
  };
}

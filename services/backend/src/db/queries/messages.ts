import { type Message, type MessagePart, textOf } from "@todo/contract";
import { type Selectable, sql } from "kysely";
import { z } from "zod";
import type { Trx } from "../database.ts";
import type { MessagesTable } from "../schema/conversations.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";

export type NewMessageRow = {
  id: string;
  conversationId: string;
  userId: string;
  seq: number;
  role: "user" | "assistant";
  parts: readonly MessagePart[];
  status: Message["status"];
  runId: string | null;
  createdAt: Date;
};

/** Stores a user's message. False when its id is taken, which may be by what the user can't see. */
export async function insertMessage(trx: Trx, row: NewMessageRow): Promise<boolean> {
  const inserted = await trx
    .insertInto("messages")
    .values({ ...row, ...contentOf(row) })
    .onConflict((c) => c.column("id").doNothing())
    .returning("id")
    .executeTakeFirst();
  return inserted !== undefined;
}

/** Stores an answer. One stored before, while it waited for an approval, is replaced in its place. */
export async function putAnswer(trx: Trx, row: NewMessageRow): Promise<void> {
  const content = contentOf(row);
  await trx
    .insertInto("messages")
    .values({ ...row, ...content })
    .onConflict((c) => c.column("id").doUpdateSet(content))
    .execute();
}

function contentOf(row: NewMessageRow) {
  return { parts: JSON.stringify(row.parts), text: textOf(row.parts), status: row.status };
}

export type StoredMessage = Message & { seq: number; conversationId: string; text: string };

export async function findMessage(trx: Trx, userId: string, id: string): Promise<StoredMessage | undefined> {
  const row = await trx
    .selectFrom("messages")
    .selectAll()
    .where("userId", "=", userId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row && toMessage(row);
}

/** One page of a conversation's messages, newest first. Undefined when the cursor is none of ours. */
export async function listMessages(
  trx: Trx,
  userId: string,
  conversationId: string,
  filter: { cursor?: string | undefined; limit: number },
): Promise<{ items: StoredMessage[]; nextCursor: string | null } | undefined> {
  const before = filter.cursor === undefined ? null : decodeCursor(filter.cursor, z.tuple([z.int32()]));
  if (before === undefined) return undefined;
  const rows = await trx
    .selectFrom("messages")
    .selectAll()
    .where("userId", "=", userId)
    .where("conversationId", "=", conversationId)
    .$if(before !== null, (query) => query.where("seq", "<", before?.[0] ?? 0))
    .orderBy("seq", "desc")
    .limit(filter.limit + 1)
    .execute();
  const items = rows.slice(0, filter.limit).map(toMessage);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > filter.limit && last ? encodeCursor([last.seq]) : null };
}

/** The messages after place `after` and before place `before`, oldest first. */
export async function listMessagesBetween(
  trx: Trx,
  userId: string,
  conversationId: string,
  after: number,
  before: number,
): Promise<StoredMessage[]> {
  const rows = await trx
    .selectFrom("messages")
    .selectAll()
    .where("userId", "=", userId)
    .where("conversationId", "=", conversationId)
    .where("seq", ">", after)
    .where("seq", "<", before)
    .orderBy("seq")
    .execute();
  return rows.map(toMessage);
}

export async function deleteMessage(trx: Trx, userId: string, id: string): Promise<void> {
  await trx.deleteFrom("messages").where("userId", "=", userId).where("id", "=", id).execute();
}

function toMessage(row: Selectable<MessagesTable>): StoredMessage {
  return {
    id: row.id,
    conversationId: row.conversationId,
    seq: row.seq,
    role: row.role,
    parts: row.parts,
    text: row.text,
    status: row.status,
    runId: row.runId,
    createdAt: row.createdAt.toISOString(),
  };
}

/** Removes at most `limit` messages of a conversation with their runs, the oldest first. Gives how many. */
export async function deleteMessagesOf(
  trx: Trx,
  userId: string,
  conversationId: string,
  limit: number,
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from "messages" where "userId" = ${userId} and ctid = any(array(
      select ctid from "messages" where "userId" = ${userId} and "conversationId" = ${conversationId}
      order by "seq" limit ${limit}
    ))`.execute(trx);
  return Number(numAffectedRows);
}

import { randomUUID } from "node:crypto";
import { type Conversation, type ConversationPage, limits, type Message, type MessagePage } from "@todo/contract";
import * as queries from "../db/queries/conversations.ts";
import { deleteMessagesOf, listMessages as listMessageRows, type StoredMessage } from "../db/queries/messages.ts";
import { deleteChunksOf } from "../db/queries/run-log.ts";
import { cutOffRunsOf, lockNewestRun } from "../db/queries/runs.ts";
import { touchConversations } from "../db/queries/user-states.ts";
import { AppError, notFound } from "./app-error.ts";
import type { Context } from "./context.ts";
import { cutText } from "./cut-text.ts";

/** What a conversation is called until its first message gives it a title. */
export const UNTITLED = "New conversation";

type Page = { cursor?: string | undefined; limit: number };

/** @throws AppError `unprocessable` for a cursor that is none of this list */
export async function listConversations(
  ctx: Context,
  filter: Page & { q?: string | undefined },
): Promise<ConversationPage> {
  const page = await queries.listConversations(ctx.db, ctx.userId, filter);
  if (!page) throw badCursor();
  return page;
}

/**
 * Makes a conversation. The same id again gives the same conversation.
 * @throws AppError `conflict` when the id is taken by what the user can't see
 */
export async function addConversation(ctx: Context, input: { id?: string | undefined }): Promise<Conversation> {
  const id = input.id ?? randomUUID();
  await touch(ctx);
  await queries.insertConversation(ctx.db, { id, userId: ctx.userId, title: UNTITLED, now: ctx.now });
  const conversation = await queries.findConversation(ctx.db, ctx.userId, id);
  if (!conversation) throw new AppError("conflict", "This id can't be used. Make a new one.");
  return conversation;
}

/** @throws AppError `not_found` */
export async function getConversation(ctx: Context, id: string): Promise<Conversation> {
  const conversation = await queries.findConversation(ctx.db, ctx.userId, id);
  if (!conversation) throw notFound("conversation");
  return conversation;
}

/** @throws AppError `not_found` */
export async function renameConversation(ctx: Context, id: string, title: string): Promise<Conversation> {
  await touch(ctx);
  if (!(await queries.renameConversation(ctx.db, ctx.userId, id, title))) throw notFound("conversation");
  return getConversation(ctx, id);
}

/** Chunks of a log, and messages with their runs, that go with one transaction. */
const CHUNKS_AT_ONCE = 1_000;
const MESSAGES_AT_ONCE = 250;

/**
 * Deletes a conversation with its messages and runs, for good. Tasks stay. One with a long log or many messages goes in
 * steps, each a transaction of its own: gives whether it is gone by now, and is called again until then. Who dies in
 * between leaves it on the list, to be deleted once more.
 * @throws AppError `not_found`
 */
export async function deleteConversation(ctx: Context, id: string): Promise<boolean> {
  await lockNewestRun(ctx.db, ctx.userId, id);
  await touch(ctx);
  const isLong =
    (await deleteChunksOf(ctx.db, ctx.userId, id, CHUNKS_AT_ONCE)) === CHUNKS_AT_ONCE ||
    (await deleteMessagesOf(ctx.db, ctx.userId, id, MESSAGES_AT_ONCE)) === MESSAGES_AT_ONCE;
  if (isLong) {
    await cutOffRunsOf(ctx.db, ctx.userId, id, ctx.now);
    return false;
  }
  if (!(await queries.deleteConversation(ctx.db, ctx.userId, id))) throw notFound("conversation");
  return true;
}

/** Newest first. @throws AppError `not_found`, or `unprocessable` for a cursor that is none of this list */
export async function listMessages(ctx: Context, conversationId: string, filter: Page): Promise<MessagePage> {
  const page = await listMessageRows(ctx.db, ctx.userId, conversationId, filter);
  if (!page) throw badCursor();
  if (page.items.length === 0) await getConversation(ctx, conversationId);
  return { items: page.items.map(toMessage), nextCursor: page.nextCursor };
}

/** A title from the first words of the first message. */
export function titleFrom(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  const max = Math.min(60, limits.conversationTitleCharacters);
  if (line.length <= max) return line || UNTITLED;
  const cut = cutText(line, max - 1);
  const space = cut.lastIndexOf(" ");
  return `${(space > max / 2 ? cut.slice(0, space) : cut).trimEnd()}…`;
}

export async function touch(ctx: Context): Promise<void> {
  ctx.changed.add("conversations");
  await touchConversations(ctx.db, ctx.userId);
}

function toMessage({ id, role, parts, status, runId, createdAt }: StoredMessage): Message {
  return { id, role, parts, status, runId, createdAt };
}

function badCursor(): AppError {
  return new AppError("unprocessable", "The cursor does not belong to this list.");
}

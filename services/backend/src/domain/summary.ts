import { type MessagePart, type TaskChange, toolOutputSchema } from "@todo/contract";
import { findSummary, updateSummary } from "../db/queries/conversations.ts";
import { listMessagesBetween } from "../db/queries/messages.ts";
import type { Context } from "./context.ts";
import { cutText } from "./cut-text.ts";

/** How many of the newest messages the model sees in full. */
export const WINDOW_MESSAGES = 24;
const SUMMARY_CHARACTERS = 2_000;
const LINE_CHARACTERS = 160;

/**
 * Writes the turns that have left the model's window into the conversation's summary: one line for what the user said,
 * one for what was changed. It is made from committed rows, not by a model, and keeps the newest 2,000 characters; so
 * what a message costs does not grow with the history. `newestSeq` is the newest message's place.
 */
export async function rememberTurns(ctx: Context, conversationId: string, newestSeq: number): Promise<void> {
  const end = newestSeq - WINDOW_MESSAGES;
  if (end <= 0) return;
  const stored = await findSummary(ctx.db, ctx.userId, conversationId);
  if (!stored || stored.summarizedThrough >= end) return;
  const left = await listMessagesBetween(ctx.db, ctx.userId, conversationId, stored.summarizedThrough, end + 1);
  const lines = left.flatMap((message) =>
    message.role === "user" ? [cut(`User: ${oneLine(message.text)}`)] : changesIn(message.parts).map(cut),
  );
  const summary = [stored.summary, ...lines].filter((line) => line !== "").join("\n");
  await updateSummary(ctx.db, ctx.userId, conversationId, newest(summary), end);
}

function changesIn(parts: readonly MessagePart[]): string[] {
  const changes = parts.flatMap((part) => {
    if (part.type !== "dynamic-tool" || part.state !== "output-available") return [];
    return toolOutputSchema.safeParse(part.output).data?.changes ?? [];
  });
  return changes.length === 0 ? [] : [`Done: ${changes.map(changeInWords).join("; ")}`];
}

function changeInWords(change: TaskChange): string {
  return `${change.kind} #${change.after.number} ${oneLine(change.after.title)}`;
}

function newest(summary: string): string {
  if (summary.length <= SUMMARY_CHARACTERS) return summary;
  const tail = summary.slice(-SUMMARY_CHARACTERS);
  return tail.slice(tail.indexOf("\n") + 1);
}

function cut(line: string): string {
  return line.length <= LINE_CHARACTERS ? line : `${cutText(line, LINE_CHARACTERS - 1)}…`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

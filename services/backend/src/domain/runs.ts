import { randomUUID } from "node:crypto";
import { limits, type MessagePart, type NewMessage, type Run } from "@todo/contract";
import { nextMessageSeq, titleByMessage } from "../db/queries/conversations.ts";
import { deleteMessage, findMessage, insertMessage } from "../db/queries/messages.ts";
import { reopenLog } from "../db/queries/run-log.ts";
import * as queries from "../db/queries/runs.ts";
import { countMessage } from "../db/queries/user-states.ts";
import { AppError, notFound, tooMany } from "./app-error.ts";
import type { Context } from "./context.ts";
import { getConversation, titleFrom, touch } from "./conversations.ts";
import { endRun, stoppedChunks } from "./end-run.ts";
import { findQuestion, type Question } from "./model-context.ts";

export type RunRow = queries.RunRow;

/** A message's run; with its question when this very call made it, and the caller is to begin it. */
export type Started = { run: RunRow; question?: Question | undefined };

/** How many messages one user may send in a while, whatever becomes of them. */
const MESSAGES = { count: 120, seconds: 60 };

/**
 * Stores the user's message together with the run that is to answer it, claimed by `owner`. The same message again
 * gives the same run. For a new run it also gives what the run is to answer; the caller begins it after the commit.
 * @throws AppError `not_found`, `idempotency_mismatch`, `conflict`, `run_active`, `too_many_runs`, `rate_limited`
 */
export async function startRun(
  ctx: Context,
  input: NewMessage & { conversationId: string; owner: string },
): Promise<Started> {
  const { id: messageId, conversationId, text, timeZone, owner } = input;
  const { db, userId, now } = ctx;
  ctx.changed.add("conversations");
  // Locks the user's state: from here on their messages queue up, and what is looked up stays so until the commit.
  const sent = await countMessage(db, userId, MESSAGES.seconds);
  if (sent.count > MESSAGES.count) throw tooMany(sent.windowEnds);
  const { isSent, live } = await queries.findMessageAndLiveRuns(db, userId, messageId);
  if (isSent) return { run: await findSent(ctx, input) };
  const seq = await nextMessageSeq(db, userId, conversationId, now);
  if (seq === undefined) throw notFound("conversation");
  assertFree(live, conversationId);

  const [runId, answerId] = [randomUUID(), randomUUID()];
  const place = { conversationId, userId, createdAt: now };
  const parts: MessagePart[] = [{ type: "text", text, state: "done" }];
  const message = { ...place, id: messageId, seq, role: "user", parts, status: "complete", runId } as const;
  if (!(await insertMessage(db, message))) {
    throw new AppError("conflict", "This message id can't be used. Make a new one.");
  }
  if (seq === 1) await titleByMessage(db, userId, conversationId, titleFrom(text));
  const newRun = { ...place, id: runId, messageId, answerId, timeZone, owner };
  const run = await queries.insertRun(db, newRun, { type: "start", messageId: answerId });
  return { run, question: await findQuestion(ctx, messageId) };
}

/** The conversation's newest run, which alone can be live; undefined before the first. @throws AppError `not_found` */
export async function newestRun(ctx: Context, conversationId: string): Promise<RunRow | undefined> {
  const newest = await queries.findNewestRun(ctx.db, ctx.userId, conversationId);
  if (!newest) await getConversation(ctx, conversationId);
  return newest;
}

/**
 * Stops a run and keeps what it has said. A running one is only asked to: its owner ends it (`signalled`).
 * @throws AppError `not_found`
 */
export async function stopRun(ctx: Context, id: string): Promise<{ run: Run; signalled: boolean }> {
  const run = await queries.findRun(ctx.db, ctx.userId, id, true);
  if (!run) throw notFound("run");
  if (run.status === "running") {
    await queries.requestStop(ctx.db, ctx.userId, id);
    return { run: queries.toRun(run), signalled: true };
  }
  if (run.status === "queued" || run.status === "waiting") {
    const { status } = await endRun(ctx, run, "stopped", await stoppedChunks(ctx, run.id));
    return { run: { ...queries.toRun(run), status }, signalled: false };
  }
  return { run: queries.toRun(run), signalled: false };
}

/**
 * Lets a failed run go on from where it came to; what its tools have done stays done.
 * @throws AppError `not_found`, `conflict` when it has not failed, is sealed or is not the newest, `run_active`, `too_many_runs`
 */
export async function retryRun(ctx: Context, id: string): Promise<Run> {
  const run = await queries.findRun(ctx.db, ctx.userId, id, true);
  if (!run) throw notFound("run");
  await touch(ctx);
  const newest = await queries.findNewestRun(ctx.db, ctx.userId, run.conversationId);
  if (run.status !== "failed" || run.sealed || newest?.id !== run.id) {
    throw new AppError("conflict", "Only the newest answer can be tried again, and only when it has failed.");
  }
  assertFree(await queries.listLiveRuns(ctx.db, ctx.userId), run.conversationId);
  await deleteMessage(ctx.db, ctx.userId, run.answerId);
  await reopenLog(ctx.db, run.id);
  await queries.queueRun(ctx.db, ctx.userId, run.id);
  return { ...queries.toRun(run), status: "queued" };
}

/** The run of a message that was sent before. */
async function findSent(ctx: Context, input: NewMessage & { conversationId: string }): Promise<RunRow> {
  const message = await findMessage(ctx.db, ctx.userId, input.id);
  const run = message && (await queries.findRunByMessage(ctx.db, ctx.userId, message.id));
  if (!run || message.conversationId !== input.conversationId || message.text !== input.text) {
    throw new AppError("idempotency_mismatch", "This message id was used before, for another message.");
  }
  return run;
}

function assertFree(live: readonly queries.LiveRun[], conversationId: string): void {
  const here = live.find((run) => run.conversationId === conversationId);
  if (here?.status === "waiting") {
    throw new AppError("run_active", "An answer waits for your approval. Approve or reject it first.");
  }
  if (here) throw new AppError("run_active", "An answer is being written. Wait for it, or stop it first.");
  if (live.filter((run) => run.status !== "waiting").length >= limits.run.perUser) {
    throw new AppError("too_many_runs", `At most ${limits.run.perUser} answers are written at once. Wait for one.`, {
      retryAfter: 5,
    });
  }
}

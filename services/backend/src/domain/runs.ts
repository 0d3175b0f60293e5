import { randomUUID } from "node:crypto";
import { type Chunk, limits, type Message, type NewMessage, type Run } from "@todo/contract";
import type { Actor } from "../db/database.ts";
import { listPendingApprovals } from "../db/queries/approvals.ts";
import { nextMessageSeq } from "../db/queries/conversations.ts";
import { deleteMessage, findMessage, putAnswer } from "../db/queries/messages.ts";
import type { ModelContext, ModelContextBounds } from "../db/queries/model-context.ts";
import { appendChunks, foldLog, type LoggedChunk, reopenLog } from "../db/queries/run-log.ts";
import * as queries from "../db/queries/runs.ts";
import { insertStart, listLiveRuns, type NewRun, type Start } from "../db/queries/start-run.ts";
import { enterWithMessage } from "../db/queries/user-states.ts";
import { AppError, notFound, tooMany } from "./app-error.ts";
import type { Context } from "./context.ts";
import { getConversation, titleFrom, touch } from "./conversations.ts";
import { rememberTurns } from "./summary.ts";

export type RunRow = queries.RunRow;

/** This claim of the run is no longer the valid one: another replica goes on with it, or it was ended. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** A message's run; with a context when this very call made it, and the caller is to work on it. */
export type Started = { run: RunRow; context?: ModelContext };

/** How many messages one user may send in a while, whatever becomes of them. */
const MESSAGES = { count: 120, seconds: 60 };

/** The transaction in which `startRun` is to be called: from there on the user's messages queue up. */
export function sender(userId: string): Actor {
  return { userId, first: enterWithMessage(userId, MESSAGES.seconds) };
}

/**
 * Commits the user's message together with the run that is to answer it, claimed by `owner`. The same message again
 * gives the same run. For a new run it also gives what its model is to be told, within `bounds`.
 * @throws AppError `not_found`, `idempotency_mismatch`, `conflict`, `run_active`, `too_many_runs`, `rate_limited`
 */
export async function startRun(
  ctx: Context,
  input: NewMessage & { conversationId: string; owner: string },
  bounds: ModelContextBounds,
): Promise<Started> {
  const { id: messageId, conversationId, text, timeZone, owner } = input;
  const { userId, now } = ctx;
  ctx.changed.add("conversations");
  const wanted: NewRun = {
    id: randomUUID(),
    conversationId,
    userId,
    messageId,
    answerId: randomUUID(),
    timeZone,
    owner,
    now,
    parts: [{ type: "text", text, state: "done" }],
    title: titleFrom(text),
  };
  const allowed = { maxActive: limits.run.perUser, maxMessages: MESSAGES.count };
  const start = await insertStart(ctx.db, wanted, allowed, bounds);
  if (!start) throw new AppError("conflict", "This message id can't be used. Make a new one.");
  const { run, context } = start;
  if (run) return { run, context };
  if (start.messageCount > MESSAGES.count) throw tooMany(start.messageWindowEnds);
  if (start.sent) return { run: await findSent(ctx, input) };
  if (!start.exists) throw notFound("conversation");
  assertFree(start.live, conversationId);
  throw new Error("a run was not started, but nothing spoke against it");
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
    await endRun(ctx, run, "stopped", await stoppedChunks(ctx, run.id));
    return { run: { ...queries.toRun(run), status: "stopped" }, signalled: false };
  }
  return { run: queries.toRun(run), signalled: false };
}

/**
 * Lets a failed run go on from where it came to; what its tools have done stays done.
 * @throws AppError `not_found`, `conflict` when it has not failed or is not the newest, `run_active`, `too_many_runs`
 */
export async function retryRun(ctx: Context, id: string): Promise<Run> {
  const run = await queries.findRun(ctx.db, ctx.userId, id, true);
  if (!run) throw notFound("run");
  await touch(ctx);
  const newest = await queries.findNewestRun(ctx.db, ctx.userId, run.conversationId);
  if (run.status !== "failed" || newest?.id !== run.id) {
    throw new AppError("conflict", "Only the newest answer can be tried again, and only when it has failed.");
  }
  assertFree(await listLiveRuns(ctx.db, ctx.userId), run.conversationId);
  await deleteMessage(ctx.db, ctx.userId, run.answerId);
  await reopenLog(ctx.db, run.id);
  await queries.queueRun(ctx.db, ctx.userId, run.id);
  return { ...queries.toRun(run), status: "queued" };
}

/** The chunks that end a stopped run, pending approvals included. */
export async function stoppedChunks(ctx: Context, runId: string): Promise<Chunk[]> {
  const pending = await listPendingApprovals(ctx.db, runId);
  return [
    ...pending.flatMap(({ id, callId }): Chunk[] => [
      { type: "tool-approval-response", approvalId: id, approved: false },
      { type: "tool-output-denied", toolCallId: callId },
    ]),
    { type: "abort", reason: "stopped" },
    { type: "finish", finishReason: "interrupted" },
  ];
}

/**
 * Ends a run, or parks it until its approvals are decided: the last chunks, the answer as a message, and the run's
 * status, in one transaction. The answer is what the log folds to, so it is what streams have shown.
 * @throws LeaseLost
 */
export async function endRun(
  ctx: Context,
  run: RunRow,
  status: "done" | "stopped" | "failed" | "waiting",
  chunks: readonly Chunk[],
): Promise<LoggedChunk[]> {
  const logged = await append(ctx, run, chunks);
  if (!(await queries.setRunStatus(ctx.db, run.id, status, ctx.now))) throw new LeaseLost();
  const seq = await storeAnswer(ctx, run, status === "done" ? "complete" : status);
  if (status !== "waiting") await rememberTurns(ctx, run.conversationId, seq);
  return logged;
}

/** Stores the answer as the log folds to now. Returns its place. @throws LeaseLost when its conversation is gone */
export async function storeAnswer(ctx: Context, run: RunRow, status: Message["status"]): Promise<number> {
  await touch(ctx);
  const { userId, now: createdAt } = ctx;
  const { answerId: id, conversationId, id: runId } = run;
  const seq = await nextMessageSeq(ctx.db, userId, conversationId, createdAt);
  if (seq === undefined) throw new LeaseLost();
  const { parts } = await foldLog(ctx.db, run);
  await putAnswer(ctx.db, { id, conversationId, userId, seq, role: "assistant", parts, status, runId, createdAt });
  return seq;
}

/** Appends to the run's log. @throws LeaseLost */
export async function append(ctx: Context, run: RunRow, chunks: readonly Chunk[]): Promise<LoggedChunk[]> {
  const logged = await appendChunks(ctx.db, { runId: run.id, attempt: run.attempt }, chunks);
  if (!logged) throw new LeaseLost();
  return logged;
}

async function findSent(ctx: Context, input: NewMessage & { conversationId: string }): Promise<RunRow> {
  const message = await findMessage(ctx.db, ctx.userId, input.id);
  const run = message && (await queries.findRunByMessage(ctx.db, ctx.userId, message.id));
  if (!run || message.conversationId !== input.conversationId || message.text !== input.text) {
    throw new AppError("idempotency_mismatch", "This message id was used before, for another message.");
  }
  return run;
}

function assertFree(live: Start["live"], conversationId: string): void {
  const here = live.find((run) => run.conversationId === conversationId);
  if (here?.status === "waiting") {
    throw new AppError("run_active", "An answer waits for your approval. Approve or reject it first.");
  }
  if (here) {
    throw new AppError("run_active", "An answer is being written. Wait for it, or stop it first.");
  }
  if (live.filter((run) => run.status !== "waiting").length >= limits.run.perUser) {
    throw new AppError("too_many_runs", `At most ${limits.run.perUser} answers are written at once. Wait for one.`, {
      retryAfter: 5,
    });
  }
}

import type { Chunk, Message, MessagePart } from "@todo/contract";
import { listPendingApprovals } from "../db/queries/approvals.ts";
import { nextMessageSeq } from "../db/queries/conversations.ts";
import { putAnswer } from "../db/queries/messages.ts";
import { appendChunks, appendToMany, foldLog, type LogBounds, type LoggedChunk } from "../db/queries/run-log.ts";
import { type RunRow, setRunStatus } from "../db/queries/runs.ts";
import type { Context, Db } from "./context.ts";
import { touch } from "./conversations.ts";
import { failedChunks, noticeFor } from "./notices.ts";
import { cutOffChunks } from "./portions.ts";
import { rememberTurns } from "./summary.ts";

export type { LoggedChunk } from "../db/queries/run-log.ts";

/** This claim of the run is no longer the valid one: another replica goes on with it, or it was ended. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";
}

/** The chunks that end a stopped run, what waits or is half done included. */
export async function stoppedChunks(ctx: Context, runId: string): Promise<Chunk[]> {
  const pending = await listPendingApprovals(ctx.db, runId);
  return [
    ...pending.flatMap(({ id, callId }): Chunk[] => [
      { type: "tool-approval-response", approvalId: id, approved: false },
      { type: "tool-output-denied", toolCallId: callId },
    ]),
    ...(await cutOffChunks(ctx, runId)),
    { type: "abort", reason: "stopped" },
    { type: "finish", finishReason: "interrupted" },
  ];
}

/** How a run has ended, and what was logged of it. */
export type Ended = { status: "done" | "stopped" | "failed" | "waiting"; logged: LoggedChunk[] };

/** Longest log that is folded: more than an answer can write, and little enough to be held at once. */
const LOG_BOUNDS: LogBounds = { chunks: 20_000, bytes: 32 * 1024 * 1024 };
/** What is kept of a longer one: its beginning. */
const KEPT_BOUNDS: LogBounds = { chunks: 2_000, bytes: 1024 * 1024 };

/** Whether a run's log has become so long that its answer can't be whole any more. */
export function isOverlong({ chunkSeq }: Pick<RunRow, "chunkSeq">): boolean {
  return chunkSeq > LOG_BOUNDS.chunks;
}

/**
 * Ends a run, or parks it until its approvals are decided: the last chunks, the answer as a message, and the run's
 * status, in one transaction. The answer is what the log folds to, so it is what streams have shown. A run whose log is
 * longer than any answer may be is sealed instead, and keeps the beginning of what it said.
 * @throws LeaseLost
 */
export async function endRun(
  ctx: Context,
  run: RunRow,
  status: "done" | "stopped" | "failed" | "waiting",
  chunks: readonly Chunk[],
): Promise<Ended> {
  const logged = await append(ctx, run, chunks);
  const { answer, isWhole } = await foldLog(ctx.db, run, LOG_BOUNDS);
  if (!isWhole) {
    const { answer: beginning } = await foldLog(ctx.db, run, KEPT_BOUNDS);
    const sealed = await sealRun(ctx, run, beginning.parts);
    return { ...sealed, logged: [...logged, ...sealed.logged] };
  }
  if (!(await setRunStatus(ctx.db, run.id, status, ctx.now))) throw new LeaseLost();
  const seq = await putParts(ctx, run, answer.parts, status === "done" ? "complete" : status);
  if (status !== "waiting") await rememberTurns(ctx, run.conversationId, seq);
  return { status, logged };
}

/**
 * Ends a run for good without a look at its log, which may be what has kept it from ending: it has failed, and its answer
 * is `parts` and a notice. What it costs does not depend on the log.
 * @throws LeaseLost
 */
export async function sealRun(ctx: Context, run: RunRow, parts: readonly MessagePart[] = []): Promise<Ended> {
  const notice = noticeFor("run_sealed");
  const logged = await append(ctx, run, failedChunks(notice));
  if (!(await setRunStatus(ctx.db, run.id, "failed", ctx.now, true))) throw new LeaseLost();
  const seq = await putParts(ctx, run, [...parts, { type: "data-notice", data: notice }], "failed");
  await rememberTurns(ctx, run.conversationId, seq);
  return { status: "failed", logged };
}

/** Stores the answer of a waiting run as its log folds to now. @throws LeaseLost when its conversation is gone */
export async function storeWaiting(ctx: Context, run: RunRow): Promise<void> {
  const { answer, isWhole } = await foldLog(ctx.db, run, LOG_BOUNDS);
  if (isWhole) await putParts(ctx, run, answer.parts, "waiting");
}

/** Stores the answer. Returns its place. @throws LeaseLost when its conversation is gone */
async function putParts(
  ctx: Context,
  run: RunRow,
  parts: readonly MessagePart[],
  status: Message["status"],
): Promise<number> {
  await touch(ctx);
  const { userId, now: createdAt } = ctx;
  const { answerId: id, conversationId, id: runId } = run;
  const seq = await nextMessageSeq(ctx.db, userId, conversationId, createdAt);
  if (seq === undefined) throw new LeaseLost();
  await putAnswer(ctx.db, { id, conversationId, userId, seq, role: "assistant", parts, status, runId, createdAt });
  return seq;
}

/** One claim of a run. */
export type Claim = Pick<RunRow, "id" | "attempt">;

/** Appends to the run's log, within a transaction or in a statement of its own. @throws LeaseLost */
export async function append({ db }: { db: Db }, run: Claim, chunks: readonly Chunk[]): Promise<LoggedChunk[]> {
  const logged = await appendChunks(db, { runId: run.id, attempt: run.attempt }, chunks);
  if (!logged) throw new LeaseLost();
  return logged;
}

/**
 * Appends to the logs of several runs in one statement. Undefined for those whose claim is over or whose lock somebody
 * holds; nothing of these is written.
 */
export function appendMany(
  { db }: { db: Db },
  writes: readonly { run: Claim; chunks: readonly Chunk[] }[],
): Promise<(LoggedChunk[] | undefined)[]> {
  return appendToMany(
    db,
    writes.map(({ run, chunks }) => ({ fence: { runId: run.id, attempt: run.attempt }, chunks })),
  );
}

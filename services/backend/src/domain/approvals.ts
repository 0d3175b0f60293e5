import { randomUUID } from "node:crypto";
import type { Chunk, Run } from "@todo/contract";
import * as queries from "../db/queries/approvals.ts";
import { findRun, queueRun, type RunRow, toRun } from "../db/queries/runs.ts";
import type { CallRef } from "../db/queries/task-events.ts";
import { AppError, notFound } from "./app-error.ts";
import type { Question, TaskId } from "./approval-rules.ts";
import type { Context } from "./context.ts";
import { touch } from "./conversations.ts";
import { append, storeWaiting } from "./end-run.ts";

/** Asks the user to approve a tool call. The caller holds the run's lock and logs the chunk. */
export async function askApproval(ctx: Context, call: CallRef, question: Question): Promise<Chunk> {
  const id = randomUUID();
  await queries.insertApproval(ctx.db, { ...call, ...question, id, userId: ctx.userId, createdAt: ctx.now });
  return {
    type: "tool-approval-request",
    approvalId: id,
    toolCallId: call.callId,
    approvalDescriptor: question.descriptor,
  };
}

/** The approval that was asked for a call of a run, if one was. */
export async function findCallApproval(
  ctx: Context,
  call: CallRef,
): Promise<{ id: string; status: "pending" | "approved" | "rejected" } | undefined> {
  return queries.findApprovalByCall(ctx.db, call);
}

/** The tasks that an approval is about, in the order of its card. */
export function listApprovedTasks(ctx: Context, approvalId: string): Promise<TaskId[]> {
  return queries.listApprovedTasks(ctx.db, ctx.userId, approvalId);
}

/**
 * Decides an approval, once. Its run goes on as soon as none of its approvals is pending. The same decision again
 * changes nothing.
 * @throws AppError `not_found`, `approval_decided` when it was decided otherwise or its run has ended
 */
export async function decideApproval(ctx: Context, id: string, decision: "approve" | "reject"): Promise<Run> {
  const approval = await queries.findApproval(ctx.db, ctx.userId, id);
  const run = approval?.runId ? await findRun(ctx.db, ctx.userId, approval.runId, true) : undefined;
  if (!run) throw notFound("approval");
  const status = decision === "approve" ? "approved" : "rejected";
  if (isLive(run) && (await queries.decideApproval(ctx.db, ctx.userId, id, status, ctx.now))) {
    await append(ctx, run, [{ type: "tool-approval-response", approvalId: id, approved: decision === "approve" }]);
    return goOn(ctx, run);
  }
  const decided = await queries.findApproval(ctx.db, ctx.userId, id);
  if (decided?.status === status) return toRun(run);
  const message = isLive(run) ? "This was decided before." : "This answer has ended; nothing is waiting any more.";
  throw new AppError("approval_decided", message);
}

/**
 * Queues a run that is about to wait for its approvals, when the user has been quicker and none is pending any more.
 * Gives whether it has. @throws LeaseLost
 */
export async function queueIfDecided(ctx: Context, run: RunRow): Promise<boolean> {
  // Takes the run's lock.
  await append(ctx, run, []);
  if ((await queries.listPendingApprovals(ctx.db, run.id)).length > 0) return false;
  await queueRun(ctx.db, ctx.userId, run.id);
  return true;
}

async function goOn(ctx: Context, run: RunRow): Promise<Run> {
  const pending = await queries.listPendingApprovals(ctx.db, run.id);
  // A run that still works (its other tools, perhaps) looks at its approvals itself before it parks.
  if (run.status !== "waiting") return toRun(run);
  if (pending.length > 0) {
    await storeWaiting(ctx, run);
    return toRun(run);
  }
  await queueRun(ctx.db, ctx.userId, run.id);
  await touch(ctx);
  return { ...toRun(run), status: "queued" };
}

function isLive(run: RunRow): boolean {
  return run.status === "waiting" || run.status === "running" || run.status === "queued";
}

import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  type ApprovalDescriptor,
  type ApprovalRequested,
  type DecidedCall,
  limits,
  type PendingApproval,
  type Task,
  type ToolOutput,
} from "@todo/contract";
import * as queries from "../db/queries/approvals.ts";
import { type Call, countTokenDeletes } from "../db/queries/task-events.ts";
import { AppError } from "./app-error.ts";
import type { Context, Db } from "./context.ts";
import { endPortion, nextPortion } from "./portions.ts";
import { lock } from "./tasks.ts";

/** A call of REST or MCP that its user was asked about. */
export type WaitingCall = {
  call: Call;
  input: unknown;
  askedAt: Date;
  zone: string;
  /** The tasks that the user saw. */
  approved: readonly Pick<Task, "id" | "number">[];
};

const RECENT_MS = 60_000;
const KEPT_MS = 7 * 24 * 60 * 60 * 1_000;

/**
 * Whether a call that names `count` tasks to delete must be asked about. What its token has deleted in the last minute
 * counts with it, so that a bulk delete can't hide in small ones; calls that delete wait for each other here.
 */
export async function needsApproval(ctx: Context, count: number): Promise<boolean> {
  if (count >= limits.run.deletesBeforeApproval) return true;
  const tokenId = ctx.call?.tokenId ?? null;
  if (count === 0 || tokenId === null) return false;
  await lock(ctx);
  const recent = await countTokenDeletes(ctx.db, ctx.userId, tokenId, new Date(ctx.now.getTime() - RECENT_MS));
  return recent + count >= limits.run.deletesBeforeApproval;
}

/**
 * Refuses what the context's call has just done when its token has so deleted as many tasks as must be asked about, in the
 * last minute. Only what is named beforehand can be asked about.
 * @throws AppError `approval_required`
 */
export async function assertFewDeleted(ctx: Context): Promise<void> {
  const tokenId = ctx.call?.tokenId ?? null;
  if (tokenId === null) return;
  const recent = await countTokenDeletes(ctx.db, ctx.userId, tokenId, new Date(ctx.now.getTime() - RECENT_MS));
  if (recent < limits.run.deletesBeforeApproval) return;
  throw new AppError(
    "approval_required",
    "Not done: taking this back deletes so many tasks that only the user may do it, in the app.",
  );
}

/**
 * Asks the user to approve the context's call. The same call again, while it waits, is the same question.
 * @throws AppError `conflict` when too many wait
 */
export async function askAboutCall(
  ctx: Context & { call: Call; zone: string },
  descriptor: ApprovalDescriptor,
  input: unknown,
): Promise<ApprovalRequested> {
  const { call, zone, userId } = ctx;
  await lock(ctx);
  const asked = { descriptor, input, tokenId: call.tokenId };
  const waiting = await queries.listWaitingCalls(ctx.db, userId);
  const same = waiting.find((each) => isSame(each, asked));
  if (same) return toRequested(same.id, descriptor);
  if (waiting.length >= limits.waitingCalls) {
    throw new AppError("conflict", `Not done: ${waiting.length} calls wait in the app already. Decide those first.`);
  }
  const id = randomUUID();
  const { callId, tokenId } = call;
  await queries.insertWaitingCall(ctx.db, {
    ...{ id, userId, callId, tokenId, descriptor, input },
    timeZone: zone,
    createdAt: ctx.now,
  });
  return toRequested(id, descriptor);
}

/** The user's calls that wait, newest first. */
export async function listWaitingCalls(ctx: Context): Promise<PendingApproval[]> {
  const rows = await queries.listWaitingCalls(ctx.db, ctx.userId);
  return rows.map(({ id, descriptor, tokenName, createdAt }) => ({
    id,
    descriptor,
    tokenName,
    createdAt: createdAt.toISOString(),
  }));
}

/**
 * Decides a call, once; `carryOut` does it. One of many tasks is done in portions, each with its decision or its count in
 * a transaction of its own: as long as there are more it gives `more`, and whoever decides the same again, or
 * `listUnfinished`, goes on. The same decision about what is done gives the same answer and does nothing. Undefined when
 * the id is no call's.
 * @throws AppError `approval_decided` when it was decided otherwise, and whatever `carryOut` throws: then it still waits
 */
export async function decideCall(
  ctx: Context,
  id: string,
  decision: "approve" | "reject",
  carryOut: (call: WaitingCall) => Promise<ToolOutput>,
): Promise<DecidedCall | "more" | undefined> {
  const found = await queries.findApproval(ctx.db, ctx.userId, id);
  if (!found || found.runId !== null) return undefined;
  // Whoever does a portion holds this lock.
  await lock(ctx);
  const status = decision === "approve" ? "approved" : "rejected";
  const done = (output: ToolOutput): DecidedCall => ({
    approval: { id, status },
    output,
    ...(output.changed !== undefined && { call: found.callId }),
  });
  const isNew = await queries.decideApproval(ctx.db, ctx.userId, id, status, ctx.now);
  const stored = await queries.findPortion(ctx.db, ctx.userId, id);
  if (stored?.status !== status) throw new AppError("approval_decided", "This was decided before.");
  const isUnfinished = stored.left !== null && stored.left > 0;
  if (status === "rejected" || !(isNew || isUnfinished)) return done(stored.output ?? NOTHING);
  const call = toCall(found);
  const approved = { id, tasks: call.approved };
  const portion = await nextPortion(ctx, approved);
  const { output, left } = await endPortion(
    ctx,
    approved,
    portion,
    await carryOut({ ...call, approved: portion.tasks }),
  );
  if (left > 0) return "more";
  await queries.storePortion(ctx.db, ctx.userId, id, { left, output });
  return done(output);
}

/** Approved calls of all users that whoever did them has left half done, at most so many. */
export function listUnfinished(db: Db, limit: number): Promise<{ id: string; userId: string }[]> {
  return queries.listUnfinishedCalls(db, limit);
}

/** Forgets calls that were asked about a week ago or earlier, decided or not. */
export function forgetOldCalls(db: Db, now: Date): Promise<void> {
  return queries.deleteOldCalls(db, new Date(now.getTime() - KEPT_MS));
}

const NOTHING: ToolOutput = { changes: [] };

type Stored = NonNullable<Awaited<ReturnType<typeof queries.findApproval>>>;

function toCall({ callId, tokenId, descriptor, input, createdAt, timeZone }: Stored): WaitingCall {
  return {
    call: { runId: null, callId, operation: descriptor.action, tokenId },
    input,
    askedAt: createdAt,
    zone: timeZone ?? "UTC",
    approved: descriptor.tasks,
  };
}

type Asked = { descriptor: ApprovalDescriptor; input: unknown; tokenId: string | null };

function isSame(waiting: Asked, asked: Asked): boolean {
  const essence = ({ descriptor: { action, tasks }, input, tokenId }: Asked) =>
    JSON.parse(JSON.stringify({ action, input, tokenId, ids: tasks.map(({ id }) => id) }));
  return isDeepStrictEqual(essence(waiting), essence(asked));
}

function toRequested(id: string, { action, tasks }: ApprovalDescriptor): ApprovalRequested {
  const count = tasks.length === 1 ? "a task" : `${tasks.length} tasks`;
  return {
    approval: { id, action, tasks: tasks.length },
    message: `Not done yet: deleting ${count} needs the user's approval, which waits in the app. Do not call this again.`,
  };
}

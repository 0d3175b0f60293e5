import { randomUUID } from "node:crypto";
import {
  type ApprovalRequested,
  type DecidedCall,
  limits,
  type PendingApproval,
  type ToolOutput,
} from "@todo/contract";
import * as queries from "../db/queries/approvals.ts";
import { type Call, countTokenDeletes, countTokenTexts } from "../db/queries/task-events.ts";
import { AppError } from "./app-error.ts";
import { asksFrom, type Counted, isMuch, type Named, type Question, type TaskId } from "./approval-rules.ts";
import type { Context, Db } from "./context.ts";
import { nextPortion, sumUp } from "./portions.ts";
import { lock } from "./tasks.ts";

/** A call of REST or MCP that its user was asked about. */
export type WaitingCall = {
  call: Call;
  input: unknown;
  askedAt: Date;
  zone: string;
  /** The tasks that the user saw. */
  approved: readonly TaskId[];
};

const RECENT_MS = 60_000;
const KEPT_MS = 7 * 24 * 60 * 60 * 1_000;

/**
 * Whether a call that names these tasks must be asked about. What its token has done in the last minute counts with it, so
 * that much can't hide in small calls, which wait for each other here.
 */
export async function needsApproval(ctx: Context, of: Counted, named: Named): Promise<boolean> {
  if (named === "all" || isMuch(of, [named])) return true;
  const tokenId = ctx.call?.tokenId ?? null;
  if (named.length === 0 || tokenId === null) return false;
  await lock(ctx);
  const since = new Date(ctx.now.getTime() - RECENT_MS);
  const recent =
    of === "deletes"
      ? await countTokenDeletes(ctx.db, ctx.userId, tokenId, since)
      : await countTokenTexts(ctx.db, ctx.userId, tokenId, since, named);
  return recent + new Set(named).size >= asksFrom[of];
}

/**
 * Refuses what the context's call has just done when its token has so deleted as many tasks as must be asked about: since a
 * minute before it was asked for, so that the steps of one call count together. Only what is named beforehand can be asked
 * about.
 * @throws AppError `approval_required`
 */
export async function assertFewDeleted(ctx: Context & { askedAt: Date }): Promise<void> {
  const tokenId = ctx.call?.tokenId ?? null;
  if (tokenId === null) return;
  const recent = await countTokenDeletes(ctx.db, ctx.userId, tokenId, new Date(ctx.askedAt.getTime() - RECENT_MS));
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
  of: Counted,
  question: Question,
  input: unknown,
): Promise<ApprovalRequested> {
  const { call, zone, userId } = ctx;
  const { callId, tokenId } = call;
  await lock(ctx);
  const same = await queries.findSameWaiting(ctx.db, userId, { ...question, input, tokenId });
  if (same !== undefined) return toRequested(same, of, question);
  const waiting = await queries.countWaitingCalls(ctx.db, userId);
  if (waiting >= limits.waitingCalls) {
    throw new AppError("conflict", `Not done: ${waiting} calls wait in the app already. Decide those first.`);
  }
  const id = randomUUID();
  await queries.insertWaitingCall(ctx.db, {
    ...{ id, userId, callId, tokenId, ...question, input },
    timeZone: zone,
    createdAt: ctx.now,
  });
  return toRequested(id, of, question);
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
  const approved = { id, tasks: await queries.listApprovedTasks(ctx.db, ctx.userId, id) };
  const call = toCall(found);
  const portion = await nextPortion(ctx, approved);
  const output = sumUp(portion.before, await carryOut({ ...call, approved: portion.tasks }));
  const left = output.error ? 0 : portion.left;
  await queries.storePortion(ctx.db, ctx.userId, id, { left, output });
  return left > 0 ? "more" : done(output);
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

function toCall({ callId, tokenId, action, input, createdAt, timeZone }: Stored): Omit<WaitingCall, "approved"> {
  return {
    call: { runId: null, callId, operation: action, tokenId },
    input,
    askedAt: createdAt,
    zone: timeZone ?? "UTC",
  };
}

function toRequested(id: string, of: Counted, { descriptor, tasks }: Question): ApprovalRequested {
  const count = tasks.length === 1 ? "a task" : `${tasks.length} tasks`;
  const what = of === "deletes" ? "deleting" : "changing the words of";
  return {
    approval: { id, action: descriptor.action, tasks: tasks.length },
    message: `Not done yet: ${what} ${count} needs the user's approval, which waits in the app. Do not call this again.`,
  };
}

import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  type ApprovalDescriptor,
  type ApprovalRequested,
  type DecidedCall,
  limits,
  type PendingApproval,
  type ToolOutput,
} from "@todo/contract";
import * as queries from "../db/queries/approvals.ts";
import { type Call, countTokenDeletes } from "../db/queries/task-events.ts";
import { AppError } from "./app-error.ts";
import type { Context, Db } from "./context.ts";
import { lock } from "./tasks.ts";

/** A call of REST or MCP that its user was asked about. */
export type WaitingCall = {
  call: Call;
  input: unknown;
  askedAt: Date;
  zone: string;
  /** The tasks that the user saw. */
  approved: ApprovalDescriptor["tasks"];
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
 * Decides a call, once; `carryOut` does it, in the same transaction. The same decision again gives the same answer and
 * does nothing. Undefined when the id is no call's.
 * @throws AppError `approval_decided` when it was decided otherwise, and whatever `carryOut` throws: then it still waits
 */
export async function decideCall(
  ctx: Context,
  id: string,
  decision: "approve" | "reject",
  carryOut: (call: WaitingCall) => Promise<ToolOutput>,
): Promise<DecidedCall | undefined> {
  const found = await queries.findApproval(ctx.db, ctx.userId, id);
  if (!found || found.runId !== null) return undefined;
  await lock(ctx);
  const status = decision === "approve" ? "approved" : "rejected";
  if (await queries.decideApproval(ctx.db, ctx.userId, id, status, ctx.now)) {
    const output = status === "approved" ? await carryOut(toCall(found)) : NOTHING;
    await queries.storeOutput(ctx.db, ctx.userId, id, output);
    return { approval: { id, status }, output };
  }
  const decided = await queries.findApproval(ctx.db, ctx.userId, id);
  if (decided?.status !== status) throw new AppError("approval_decided", "This was decided before.");
  return { approval: { id, status }, output: decided.output ?? NOTHING };
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

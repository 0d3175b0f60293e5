import type { ApprovalDescriptor, ToolOutput } from "@todo/contract";
import { sql } from "kysely";
import type { Db, Trx } from "../database.ts";
import type { CallRef } from "./task-events.ts";

export async function insertApproval(
  trx: Trx,
  { descriptor, tasks, ...approval }: CallRef & Question & { id: string; userId: string; createdAt: Date },
): Promise<void> {
  await trx
    .insertInto("approvals")
    .values({ ...approval, ...stored({ descriptor, tasks }), status: "pending", decidedAt: null })
    .execute();
}

/** What is asked: what is shown of it, and all of its tasks. */
type Question = { descriptor: ApprovalDescriptor; tasks: readonly TaskId[] };
type TaskId = { id: string; number: number };

function stored({ descriptor, tasks }: Question): { descriptor: string; tasks: string | null } {
  const isAll = tasks.length === descriptor.tasks.length;
  return {
    descriptor: JSON.stringify(descriptor),
    tasks: isAll ? null : JSON.stringify(tasks.map(({ id, number }) => [id, number])),
  };
}

/** What was asked about a call of a run, without the tasks, which may be many. */
export async function findApprovalByCall(trx: Trx, call: CallRef) {
  return trx
    .selectFrom("approvals")
    .select(["id", "status"])
    .where("runId", "=", call.runId)
    .where("callId", "=", call.callId)
    .executeTakeFirst();
}

/** All tasks of an approval, in the order of its card; of each only what tells which it is. */
export async function listApprovedTasks(trx: Trx, userId: string, id: string): Promise<TaskId[]> {
  const row = await trx
    .selectFrom("approvals")
    .select(["tasks", sql<TaskId[]>`case when "tasks" is null then "descriptor" -> 'tasks' else '[]' end`.as("listed")])
    .where("userId", "=", userId)
    .where("id", "=", id)
    .executeTakeFirst();
  return row?.tasks?.map(([taskId, number]) => ({ id: taskId, number })) ?? row?.listed ?? [];
}

/** An approval, without its tasks, which may be many. */
export async function findApproval(trx: Trx, userId: string, id: string) {
  return trx
    .selectFrom("approvals")
    .select(["id", "runId", "callId", "status", "input", "tokenId", "createdAt", "timeZone"])
    .select(sql<string>`"descriptor" ->> 'action'`.as("action"))
    .where("userId", "=", userId)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** The approvals of the run that still wait for their decision, oldest first. */
export async function listPendingApprovals(trx: Trx, runId: string) {
  return trx
    .selectFrom("approvals")
    .select(["id", "callId"])
    .where("runId", "=", runId)
    .where("status", "=", "pending")
    .orderBy("createdAt")
    .execute();
}

/** Decides a pending approval; false when it was decided before. */
export async function decideApproval(
  trx: Trx,
  userId: string,
  id: string,
  status: "approved" | "rejected",
  now: Date,
): Promise<boolean> {
  const row = await trx
    .updateTable("approvals")
    .set({ status, decidedAt: now })
    .where("userId", "=", userId)
    .where("id", "=", id)
    .where("status", "=", "pending")
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertWaitingCall(
  trx: Trx,
  call: {
    id: string;
    userId: string;
    callId: string;
    tokenId: string | null;
    input: unknown;
    timeZone: string;
    createdAt: Date;
  } & Question,
): Promise<void> {
  const { descriptor, tasks, input, ...rest } = call;
  const json = { ...stored({ descriptor, tasks }), input: JSON.stringify(input) };
  await trx
    .insertInto("approvals")
    .values({ ...rest, ...json, runId: null, status: "pending", decidedAt: null })
    .execute();
}

/** The user's calls that no run stands behind and that still wait, newest first. */
export async function listWaitingCalls(trx: Trx, userId: string) {
  return trx
    .selectFrom("approvals")
    .leftJoin("apiTokens", "apiTokens.id", "approvals.tokenId")
    .select(["approvals.id", "descriptor", "approvals.createdAt", "apiTokens.name as tokenName"])
    .where("approvals.userId", "=", userId)
    .where("runId", "is", null)
    .where("status", "=", "pending")
    .orderBy("approvals.createdAt", "desc")
    .orderBy("approvals.id")
    .execute();
}

/** A call of the same token that waits with the same question about the same tasks. */
export async function findSameWaiting(
  trx: Trx,
  userId: string,
  { tokenId, input, ...question }: Question & { tokenId: string | null; input: unknown },
): Promise<string | undefined> {
  const { descriptor, tasks } = stored(question);
  const row = await trx
    .selectFrom("approvals")
    .select("id")
    .where("userId", "=", userId)
    .where("runId", "is", null)
    .where("status", "=", "pending")
    .where("tokenId", "is not distinct from", tokenId)
    .where(sql<boolean>`"input" = ${JSON.stringify(input)}::jsonb`)
    .where(sql<boolean>`"descriptor" -> 'action' = ${descriptor}::jsonb -> 'action'`)
    .where(sql<boolean>`jsonb_path_query_array("descriptor", '$.tasks.id') =
      jsonb_path_query_array(${descriptor}::jsonb, '$.tasks.id')`)
    .where(sql<boolean>`"tasks" is not distinct from ${tasks}::jsonb`)
    .executeTakeFirst();
  return row?.id;
}

/** How many calls that no run stands behind wait. */
export async function countWaitingCalls(trx: Trx, userId: string): Promise<number> {
  const { count } = await trx
    .selectFrom("approvals")
    .select((eb) => eb.fn.countAll<string>().as("count"))
    .where("userId", "=", userId)
    .where("runId", "is", null)
    .where("status", "=", "pending")
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** How far what was decided has been done; without the tasks, which may be many. */
export async function findPortion(trx: Trx, userId: string, id: string) {
  return trx
    .selectFrom("approvals")
    .select(["status", "left", "output"])
    .where("userId", "=", userId)
    .where("id", "=", id)
    .executeTakeFirst();
}

/** Stores what was done by now of what was decided, and how many tasks are left. */
export async function storePortion(
  trx: Trx,
  userId: string,
  id: string,
  { left, output }: { left: number; output: ToolOutput | null },
): Promise<void> {
  await trx
    .updateTable("approvals")
    .set({ left, output: output && JSON.stringify(output) })
    .where("userId", "=", userId)
    .where("id", "=", id)
    .execute();
}

/** The calls of a run that only some portions were done of. */
export async function listCutOffCalls(trx: Trx, runId: string) {
  return trx
    .selectFrom("approvals")
    .select(["callId", "left", "output"])
    .where("runId", "=", runId)
    .where("left", ">", 0)
    .execute();
}

/** Approved calls that no run stands behind and that only some portions were done of, the oldest first. */
export async function listUnfinishedCalls(db: Db, limit: number): Promise<{ id: string; userId: string }[]> {
  return db
    .selectFrom("approvals")
    .select(["id", "userId"])
    .where("runId", "is", null)
    .where("left", ">", 0)
    .orderBy("createdAt")
    .limit(limit)
    .execute();
}

/** Rejects what a token has asked for and nobody has decided. */
export async function rejectCallsOf(trx: Trx, userId: string, tokenId: string, now: Date): Promise<void> {
  await trx
    .updateTable("approvals")
    .set({ status: "rejected", decidedAt: now })
    .where("userId", "=", userId)
    .where("tokenId", "=", tokenId)
    .where("status", "=", "pending")
    .execute();
}

/** Removes calls, decided or not, that were asked about before that. */
export async function deleteOldCalls(db: Db, before: Date): Promise<void> {
  await db.deleteFrom("approvals").where("runId", "is", null).where("createdAt", "<", before).execute();
}

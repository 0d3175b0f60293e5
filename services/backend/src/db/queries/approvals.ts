import type { ApprovalDescriptor, ToolOutput } from "@todo/contract";
import { sql } from "kysely";
import type { Db, Trx } from "../database.ts";
import type { CallRef } from "./task-events.ts";

export async function insertApproval(
  trx: Trx,
  approval: CallRef & { id: string; userId: string; descriptor: ApprovalDescriptor; createdAt: Date },
): Promise<void> {
  await trx
    .insertInto("approvals")
    .values({ ...approval, descriptor: JSON.stringify(approval.descriptor), status: "pending", decidedAt: null })
    .execute();
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

/** The tasks of an approval, in the order of its card; of each only what tells which it is. */
export async function listApprovedTasks(trx: Trx, id: string): Promise<{ id: string; number: number }[]> {
  const { rows } = await sql<{ id: string; number: number }>`
    select "task" ->> 'id' as "id", ("task" ->> 'number')::integer as "number"
    from "approvals", jsonb_array_elements("descriptor" -> 'tasks') with ordinality as "list" ("task", "place")
    where "approvals"."id" = ${id} order by "place"`.execute(trx);
  return rows;
}

export async function findApproval(trx: Trx, userId: string, id: string) {
  return trx.selectFrom("approvals").selectAll().where("userId", "=", userId).where("id", "=", id).executeTakeFirst();
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
    descriptor: ApprovalDescriptor;
    input: unknown;
    timeZone: string;
    createdAt: Date;
  },
): Promise<void> {
  const { descriptor, input, ...rest } = call;
  const json = { descriptor: JSON.stringify(descriptor), input: JSON.stringify(input) };
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
    .select(["approvals.id", "descriptor", "input", "tokenId", "approvals.createdAt", "apiTokens.name as tokenName"])
    .where("approvals.userId", "=", userId)
    .where("runId", "is", null)
    .where("status", "=", "pending")
    .orderBy("approvals.createdAt", "desc")
    .orderBy("approvals.id")
    .execute();
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
  { left, output }: { left: number; output: ToolOutput },
): Promise<void> {
  await trx
    .updateTable("approvals")
    .set({ left, output: JSON.stringify(output) })
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

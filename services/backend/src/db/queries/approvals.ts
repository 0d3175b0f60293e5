import type { ApprovalDescriptor, ToolOutput } from "@todo/contract";
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

export async function findApprovalByCall(trx: Trx, call: CallRef) {
  return trx
    .selectFrom("approvals")
    .selectAll()
    .where("runId", "=", call.runId)
    .where("callId", "=", call.callId)
    .executeTakeFirst();
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

export async function storeOutput(trx: Trx, userId: string, id: string, output: ToolOutput): Promise<void> {
  await trx
    .updateTable("approvals")
    .set({ output: JSON.stringify(output) })
    .where("userId", "=", userId)
    .where("id", "=", id)
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

import type { ApprovalDescriptor } from "@todo/contract";
import type { Trx } from "../database.ts";
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

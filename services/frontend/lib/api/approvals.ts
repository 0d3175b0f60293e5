import type { DecidedCall, PendingApproval, PendingApprovalList } from "@todo/contract";
import { repeated, request } from "./http.ts";

/** The calls of programs that wait for the user, the newest first. */
export async function listWaitingCalls(): Promise<PendingApproval[]> {
  const { items } = await request<PendingApprovalList>("GET", "/api/approvals");
  return items;
}

/** Decides such a call; the answer says what was done. Throws `ApiError` `approval_decided` when it was decided otherwise. */
export function decideCall(id: string, decision: "approve" | "reject"): Promise<DecidedCall> {
  return repeated(() => request("POST", `/api/approvals/${id}`, { decision }));
}

import type { ApprovalRequested, DecidedCall, Run, ToolOutput } from "@todo/contract";
import { AppError } from "../domain/app-error.ts";
import { decideApproval } from "../domain/approvals.ts";
import type { Context, Db } from "../domain/context.ts";
import {
  askAboutCall,
  assertFewDeleted,
  decideCall,
  listUnfinished,
  needsApproval,
  type WaitingCall,
} from "../domain/waiting-calls.ts";
import { findOperation } from "./index.ts";
import type { Operation, OperationContext } from "./operation.ts";

/** What came of a call: what was done, or what the user is asked. */
export type Outcome = { output: ToolOutput; waits?: undefined } | { output?: undefined; waits: ApprovalRequested };

/**
 * Does a call that no run stands behind. One that deletes so much that the user must be asked first is not done: it waits
 * in the app until `decide`. What would delete nothing needs no approval. What turns out to delete as many by another
 * way, by taking back what was added, is refused.
 * @throws AppError whatever the operation throws, `conflict` when too many calls wait, `approval_required`
 */
export async function perform(
  ctx: OperationContext & Required<Pick<OperationContext, "call">>,
  operation: Operation,
  input: unknown,
): Promise<Outcome> {
  const { name, destruction } = operation;
  if (destruction && (await needsApproval(ctx, destruction.count(input)))) {
    const tasks = await destruction.tasks(ctx, input);
    if (tasks.length > 0) return { waits: await askAboutCall(ctx, { action: name, tasks }, input) };
  }
  const output = await operation.run(ctx, input);
  if (output.changes.some(({ kind }) => kind === "deleted")) await assertFewDeleted(ctx);
  return { output };
}

/**
 * Decides an approval, once. A run's goes on with its answer; a call's is done in this very transaction, or its next
 * portion is: then it gives `more`, and the same decision is to be made again.
 * @throws AppError `not_found`, `approval_decided`, and whatever the operation throws
 */
export async function decide(
  ctx: Context,
  id: string,
  decision: "approve" | "reject",
): Promise<Run | DecidedCall | "more"> {
  const decided = await decideCall(ctx, id, decision, (waiting) => carryOut(ctx, waiting));
  return decided ?? decideApproval(ctx, id, decision);
}

/** Goes on with approved calls that their server has left half done. Gives how many. */
export async function finishCalls({ db, asUser }: FinishDeps): Promise<number> {
  const calls = await listUnfinished(db, FINISHED_AT_ONCE);
  for (const { id, userId } of calls) {
    while ((await asUser(userId, (ctx) => decide(ctx, id, "approve"))) === "more");
  }
  return calls.length;
}

type FinishDeps = { db: Db; asUser: <T>(userId: string, work: (ctx: Context) => Promise<T>) => Promise<T> };
const FINISHED_AT_ONCE = 10;

async function carryOut(ctx: Context, { input, ...waiting }: WaitingCall): Promise<ToolOutput> {
  const operation = findOperation(waiting.call.operation);
  if (!operation) throw new AppError("conflict", "This can't be done any more. Reject it, and ask anew.");
  return operation.run({ ...ctx, ...waiting }, input);
}

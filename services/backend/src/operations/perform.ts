import {
  type ApprovalRequested,
  countChanges,
  type DecidedCall,
  limits,
  type Run,
  type ToolOutput,
} from "@todo/contract";
import { AppError } from "../domain/app-error.ts";
import { toQuestion } from "../domain/approval-rules.ts";
import { decideApproval } from "../domain/approvals.ts";
import type { Context, Db } from "../domain/context.ts";
import { notToItsEnd, sumUp } from "../domain/portions.ts";
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
 * Does a call that no run stands behind. One that does so much that the user must be asked first is not done: it waits in
 * the app until `decide`. What would touch no task needs no approval. What turns out to delete as many as are asked about
 * by another way, by taking back what was added, is refused.
 * @throws AppError whatever the operation throws, `conflict` when too many calls wait, `approval_required`
 */
export async function perform(
  ctx: OperationContext & Required<Pick<OperationContext, "call">>,
  operation: Operation,
  input: unknown,
): Promise<Outcome> {
  const { name, approval } = operation;
  if (approval && (await needsApproval(ctx, approval.of, approval.named(input)))) {
    const preview = await approval.preview(ctx, input);
    if (preview.tasks.length > 0) {
      return { waits: await askAboutCall(ctx, approval.of, toQuestion(name, preview), input) };
    }
  }
  const output = await operation.run(ctx, input);
  if (output.changes.some(({ kind }) => kind === "deleted")) await assertFewDeleted(ctx);
  return { output };
}

/**
 * Does a call in as many steps as it takes, each in a transaction of its own, up to so many changes as one call may make:
 * what is left then, `left` says. `step` is given the input, and a sum with what was done before, which tells whether it
 * goes on.
 * @throws AppError whatever a step throws; from the second on it says how much was done before
 */
export async function inSteps<T>(
  input: unknown,
  step: (input: unknown, sum: (now: ToolOutput) => ToolOutput) => Promise<T>,
): Promise<T> {
  let before: ToolOutput | null = null;
  for (let wanted = input; ; ) {
    const earlier = before;
    // A transaction may be made twice; the last one counts.
    let all: ToolOutput | null = null;
    const done = await step(wanted, (now) => {
      all = sumUp(earlier, now);
      return all;
    }).catch((error: unknown) => {
      throw earlier && error instanceof AppError ? brokenOff(earlier, error) : error;
    });
    before = all;
    const { next, count } = goesOn(before);
    if (next === undefined || count >= limits.undoChanges) return done;
    wanted = next;
  }
}

function brokenOff(before: ToolOutput, error: AppError): AppError {
  const { code, details, retryAfter } = error;
  return new AppError(code, notToItsEnd(before, error.message), {
    ...(details && { details }),
    ...(retryAfter !== undefined && { retryAfter }),
    cause: error,
  });
}

function goesOn(sum: ToolOutput | null): { next?: unknown; count: number } {
  return sum ? { next: sum.next, count: countChanges(sum) } : { count: 0 };
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

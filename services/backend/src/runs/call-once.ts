import { type Chunk, countChanges, type ToolOutput } from "@todo/contract";
import { AppError } from "../domain/app-error.ts";
import type { TaskId } from "../domain/approval-rules.ts";
import { findCallApproval, listApprovedTasks } from "../domain/approvals.ts";
import type { Context } from "../domain/context.ts";
import { nextPortion, notePortion, sumUp } from "../domain/portions.ts";
import { checkLimits, findCallResult, hasChangedBefore, storeCallResult } from "../domain/run-calls.ts";
import type { RunRow } from "../domain/runs.ts";
import { failpoint } from "../failpoint.ts";
import type { Operation } from "../operations/operation.ts";
import type { RunLog } from "./run-log.ts";

/** A run that this replica works on, its log, and what says that it works on it no longer. */
export type Claim = { run: RunRow; log: RunLog; signal?: AbortSignal };

/**
 * Runs a call of an operation exactly once. One transaction holds the fence, the change, its audit rows, the result under
 * (run, call), and the chunk that shows it; the same call again gives the first result and does nothing.
 * A refusal of the domain becomes a result that the model can act on; nothing of the call's work stays then.
 *
 * What is about many tasks is done in portions, each such a transaction, so that no lock is held for long and readers see
 * how far it is. Each task is still changed once:
 *
 * - What the user has approved names its tasks, in an order that never changes, and how many of them are left is stored
 *   with the approval in the portion's own transaction, after the fence.
 * - An undo names what it takes back, and what is taken back is marked so. What its first portion found to be meant is
 *   stored with what it gave, as the input for the rest, so that later portions mean no other changes.
 *
 * So a portion is there with its mark or not at all; whoever goes on after a crash begins where the mark says, and an
 * owner that was taken over can't write any more. What becomes of a task between two portions stays, since no portion
 * comes to it again. Until the last portion the call counts as not made, and the run that is played again makes it. When
 * the run ends before, what the portions did is shown by its last chunks, and undo takes back all of it, since it goes by
 * the audit rows.
 */
export async function callOnce(
  claim: Claim,
  operation: Pick<Operation, "name" | "run" | "isWholeUndo">,
  callId: string | undefined,
  input: unknown,
): Promise<ToolOutput> {
  if (!callId) throw new Error(`${operation.name} was called without a call id`);
  const call: Call = { runId: claim.run.id, callId, input };
  failpoint("tool:before");
  for (;;) {
    claim.signal?.throwIfAborted();
    const output = await attempt(claim, operation, call).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      const { code, message } = error;
      return attempt(claim, operation, call, { code, message });
    });
    failpoint("tool:after");
    if (output) return output;
  }
}

/** `decision`: what the user decided about it, once it was looked up; null when nothing was asked. It never changes. */
type Call = { runId: string; callId: string; input: unknown; decision?: Decision | null };
type Decision = { id: string; status: "approved" | "rejected"; tasks: readonly TaskId[] };

/** Makes the call, or its next portion; a `refused` one ends with that. Gives nothing as long as there are more. */
async function attempt(
  { run, log }: Claim,
  operation: Pick<Operation, "name" | "run" | "isWholeUndo">,
  call: Call,
  refused?: NonNullable<ToolOutput["error"]>,
): Promise<ToolOutput | undefined> {
  const { name } = operation;
  const { runId, callId } = call;
  const ref = { runId, callId };
  return log.commit(async (ctx) => {
    const stored = await findCallResult(ctx, ref);
    if (stored && !stored.rest) return { chunks: [], value: stored.result };
    call.decision ??= (await decided(ctx, ref)) ?? null;
    const { decision } = call;
    const approved = decision?.status === "approved" ? decision : undefined;
    const portion = approved && (await nextPortion(ctx, approved));
    const before = stored?.result ?? portion?.before ?? null;
    const work = () => {
      const { createdAt: askedAt, timeZone: zone } = run;
      const made = { ...ref, operation: name, tokenId: null };
      return operation.run({ ...ctx, call: made, askedAt, zone, approved: portion?.tasks }, stored?.rest ?? call.input);
    };
    const error = decision?.status === "rejected" ? DECLINED : refused;
    const now: ToolOutput = error ? { changes: [], error } : await work();
    // An answer may take back what was done last, however much that was. What the user approved row by row is not limited either;
    // everything else that a run does is, whatever the model plans.
    const isItsUndo = operation.isWholeUndo(call.input) && !(await hasChangedBefore(ctx, ref, name));
    if (!decision && !isItsUndo) await checkLimits(ctx, run, now.changes.length, countDeletes(now));
    const { next, ...output } = sumUp(before, now);
    const left = portion?.left ?? output.left ?? 0;
    const isDone = left === 0 || output.error !== undefined;
    if (approved) await notePortion(ctx, approved, isDone ? { left: 0, output: null } : { left, output });
    if (isDone || !approved) {
      const rest = isDone ? null : (next ?? null);
      await storeCallResult(ctx, ref, name, { result: output, rest, deletes: isItsUndo ? 0 : countDeletes(output) });
    }
    if (isDone) return { chunks: [shown(callId, output, decision)], value: output };
    return { chunks: [progress(callId, output, left)], value: undefined };
  });
}

const DECLINED = { code: "rejected", message: "The user declined. Nothing was changed." };

async function decided(ctx: Context, ref: { runId: string; callId: string }): Promise<Decision | undefined> {
  const approval = await findCallApproval(ctx, ref);
  if (!approval || approval.status === "pending") return undefined;
  const { id, status } = approval;
  return { id, status, tasks: status === "approved" ? await listApprovedTasks(ctx, id) : [] };
}

/** What is done in portions is of one kind, so what is not listed is of the kind of what is. */
function countDeletes(output: ToolOutput): number {
  const listed = output.changes.filter((change) => change.kind === "deleted").length;
  return listed === output.changes.length ? countChanges(output) : listed;
}

function progress(callId: string, sum: ToolOutput, left: number): Chunk {
  const done = countChanges(sum) + (sum.notFound?.length ?? 0) + (sum.unchanged?.length ?? 0);
  const output: ToolOutput = { changes: [], progress: { done, of: done + left } };
  return { type: "tool-output-available", toolCallId: callId, output, dynamic: true, preliminary: true };
}

function shown(callId: string, output: ToolOutput, decision: Decision | null): Chunk {
  return decision?.status === "rejected"
    ? { type: "tool-output-denied", toolCallId: callId }
    : { type: "tool-output-available", toolCallId: callId, output, dynamic: true };
}

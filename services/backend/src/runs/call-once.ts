import type { Chunk, Task, ToolOutput } from "@todo/contract";
import { AppError } from "../domain/app-error.ts";
import { findCallApproval, listApprovedTasks } from "../domain/approvals.ts";
import type { Context } from "../domain/context.ts";
import { countChanges, endPortion, nextPortion } from "../domain/portions.ts";
import { checkLimits, findCallResult, hasChangedBefore, storeCallResult } from "../domain/run-calls.ts";
import type { RunRow } from "../domain/runs.ts";
import { failpoint } from "../failpoint.ts";
import type { Operation, OperationContext } from "../operations/operation.ts";
import type { RunLog } from "./run-log.ts";

/** A run that this replica works on, its log, and what says that it works on it no longer. */
export type Claim = { run: RunRow; log: RunLog; signal?: AbortSignal };

/**
 * Runs a call of an operation exactly once. One transaction holds the fence, the change, its audit rows, the result under
 * (run, call), and the chunk that shows it; the same call again gives the first result and does nothing.
 * A refusal of the domain becomes a result that the model can act on; nothing of the call's work stays then.
 *
 * What the user has approved of many tasks is done in portions, each such a transaction, so that no lock is held for long
 * and readers see how far it is. Each task is still changed once: the approval names the tasks, in an order that never
 * changes, and how many of them are left is stored with the approval in the portion's own transaction, after the fence.
 * So a portion is there with its count or not at all; whoever goes on after a crash begins where the count says, and an
 * owner that was taken over can't write any more. What becomes of a task between two portions, an undo say, stays, since
 * no portion comes to it again. The result under (run, call) is stored with the last portion alone: until then the call
 * counts as not made, and the run that is played again makes it. When the run ends before, what the portions did is shown
 * by its last chunks, and undo takes back all of it, since it goes by the audit rows.
 */
export async function callOnce(
  claim: Claim,
  operation: Pick<Operation, "name" | "run" | "isWholeUndo">,
  callId: string | undefined,
  input: unknown,
): Promise<ToolOutput> {
  if (!callId) throw new Error(`${operation.name} was called without a call id`);
  const call: Call = { runId: claim.run.id, callId };
  const tool = { name: operation.name, isWholeUndo: operation.isWholeUndo(input) };
  failpoint("tool:before");
  for (;;) {
    claim.signal?.throwIfAborted();
    const output = await attempt(claim, tool, call, (ctx) => operation.run(ctx, input)).catch((error: unknown) => {
      if (!(error instanceof AppError)) throw error;
      const { code, message } = error;
      return attempt(claim, tool, call, async () => ({ changes: [], error: { code, message } }));
    });
    failpoint("tool:after");
    if (output) return output;
  }
}

/** `decision`: what the user decided about it, once it was looked up; null when nothing was asked. It never changes. */
type Call = { runId: string; callId: string; decision?: Decision | null };
type Decision = { id: string; status: "approved" | "rejected"; tasks: readonly Pick<Task, "id" | "number">[] };

/** Makes the call, or its next portion. Gives nothing as long as there are more. */
async function attempt(
  { run, log }: Claim,
  { name, isWholeUndo }: { name: string; isWholeUndo: boolean },
  call: Call,
  work: (ctx: OperationContext) => Promise<ToolOutput>,
): Promise<ToolOutput | undefined> {
  const { runId, callId } = call;
  const ref = { runId, callId };
  return log.commit(async (ctx) => {
    const stored = await findCallResult(ctx, ref);
    if (stored) return { chunks: [], value: stored };
    call.decision ??= (await decided(ctx, ref)) ?? null;
    const { decision } = call;
    const approved = decision?.status === "approved" ? decision : undefined;
    const portion = approved && (await nextPortion(ctx, approved));
    const { createdAt: askedAt, timeZone: zone } = run;
    const done =
      decision?.status === "rejected"
        ? rejected
        : await work({
            ...ctx,
            call: { ...ref, operation: name, tokenId: null },
            askedAt,
            zone,
            approved: portion?.tasks,
          });
    const { output, left } =
      approved && portion ? await endPortion(ctx, approved, portion, done) : { output: done, left: 0 };
    if (approved && left > 0) return { chunks: [progress(callId, approved.tasks.length, left)], value: undefined };
    // An answer may take back what was done last, however much that was. What the user approved row by row is not limited either;
    // everything else that a run does is, whatever the model plans.
    const isItsUndo = isWholeUndo && !(await hasChangedBefore(ctx, run, name));
    const deletes = isItsUndo ? 0 : countDeletes(output);
    if (!decision && !isItsUndo) await checkLimits(ctx, run, output.changes.length, deletes);
    await storeCallResult(ctx, ref, name, output, deletes);
    return { chunks: [shown(callId, output, decision)], value: output };
  });
}

const rejected: ToolOutput = {
  changes: [],
  error: { code: "rejected", message: "The user declined. Nothing was changed." },
};

async function decided(ctx: Context, ref: { runId: string; callId: string }): Promise<Decision | undefined> {
  const approval = await findCallApproval(ctx, ref);
  if (!approval || approval.status === "pending") return undefined;
  const { id, status } = approval;
  return { id, status, tasks: status === "approved" ? await listApprovedTasks(ctx, id) : [] };
}

/** Only deletes are done in portions, so what is not listed is one. */
function countDeletes(output: ToolOutput): number {
  const listed = output.changes.filter((change) => change.kind === "deleted").length;
  return listed + countChanges(output) - output.changes.length;
}

function progress(callId: string, of: number, left: number): Chunk {
  const output: ToolOutput = { changes: [], progress: { done: of - left, of } };
  return { type: "tool-output-available", toolCallId: callId, output, dynamic: true, preliminary: true };
}

function shown(callId: string, output: ToolOutput, decision: Decision | null): Chunk {
  return decision?.status === "rejected"
    ? { type: "tool-output-denied", toolCallId: callId }
    : { type: "tool-output-available", toolCallId: callId, output, dynamic: true };
}

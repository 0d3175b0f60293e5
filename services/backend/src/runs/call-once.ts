import type { Chunk, ToolOutput } from "@todo/contract";
import { AppError } from "../domain/app-error.ts";
import { findCallApproval } from "../domain/approvals.ts";
import type { Context } from "../domain/context.ts";
import { checkLimits, findCallResult, hasChangedBefore, storeCallResult } from "../domain/run-calls.ts";
import type { RunRow } from "../domain/runs.ts";
import { failpoint } from "../failpoint.ts";
import type { Operation, OperationContext } from "../operations/operation.ts";
import type { RunLog } from "./run-log.ts";

/** A run that this replica works on, and its log. */
export type Claim = { run: RunRow; log: RunLog };

/**
 * Runs a call of an operation exactly once. One transaction holds the fence, the change, its audit rows, the result under
 * (run, call), and the chunk that shows it; the same call again gives the first result and does nothing.
 * A refusal of the domain becomes a result that the model can act on; nothing of the call's work stays then.
 */
export async function callOnce(
  claim: Claim,
  operation: Pick<Operation, "name" | "run" | "isUndo">,
  callId: string | undefined,
  input: unknown,
): Promise<ToolOutput> {
  if (!callId) throw new Error(`${operation.name} was called without a call id`);
  failpoint("tool:before");
  const output = await attempt(claim, operation, callId, (ctx) => operation.run(ctx, input)).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
    const { code, message } = error;
    return attempt(claim, operation, callId, async () => ({ changes: [], error: { code, message } }));
  });
  failpoint("tool:after");
  return output;
}

async function attempt(
  { run, log }: Claim,
  { name, isUndo }: Pick<Operation, "name" | "isUndo">,
  callId: string,
  work: (ctx: OperationContext) => Promise<ToolOutput>,
): Promise<ToolOutput> {
  const ref = { runId: run.id, callId };
  return log.commit(async (ctx) => {
    const stored = await findCallResult(ctx, ref);
    if (stored) return { chunks: [], value: stored };
    const approval = await decided(ctx, ref);
    const { createdAt: askedAt, timeZone: zone } = run;
    const result =
      approval?.status === "rejected"
        ? rejected
        : await work({
            ...ctx,
            call: { ...ref, operation: name, tokenId: null },
            askedAt,
            zone,
            approved: approval?.tasks,
          });
    // An answer may take back one thing, however much that was. What the user approved row by row is not limited either;
    // everything else that a run does is, whatever the model plans.
    const isItsUndo = isUndo && !(await hasChangedBefore(ctx, run, name));
    const deletes = isItsUndo ? 0 : result.changes.filter((change) => change.kind === "deleted").length;
    if (approval === undefined && !isItsUndo) await checkLimits(ctx, run, result.changes.length, deletes);
    await storeCallResult(ctx, ref, name, result, deletes);
    return { chunks: [shown(callId, result, approval)], value: result };
  });
}

const rejected: ToolOutput = {
  changes: [],
  error: { code: "rejected", message: "The user declined. Nothing was changed." },
};

/** The user's decision about a call, when one was asked for. */
type Decision = { status: "approved" | "rejected"; tasks: OperationContext["approved"] };

async function decided(ctx: Context, ref: { runId: string; callId: string }): Promise<Decision | undefined> {
  const approval = await findCallApproval(ctx, ref);
  if (!approval || approval.status === "pending") return undefined;
  return { status: approval.status, tasks: approval.descriptor.tasks };
}

function shown(callId: string, output: ToolOutput, approval: Decision | undefined): Chunk {
  return approval?.status === "rejected"
    ? { type: "tool-output-denied", toolCallId: callId }
    : { type: "tool-output-available", toolCallId: callId, output, dynamic: true };
}

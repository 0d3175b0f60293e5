import { type Chunk, limits, type ToolOutput } from "@todo/contract";
import { findApprovalByCall } from "../db/queries/approvals.ts";
import { addRunChanges, type RunRow } from "../db/queries/runs.ts";
import { countDeletes, findToolEffect, insertToolEffect } from "../db/queries/tool-effects.ts";
import { AppError } from "../domain/app-error.ts";
import type { Context } from "../domain/context.ts";
import { LeaseLost } from "../domain/runs.ts";
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
    const stored = await findToolEffect(ctx.db, ref);
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
    const deletes = result.changes.filter((change) => change.kind === "deleted").length;
    if (approval === undefined && !isUndo) await checkLimits(ctx, run, result.changes.length, deletes);
    await insertToolEffect(ctx.db, { ...ref, userId: ctx.userId, tool: name, result, deletes, at: ctx.now });
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
  const approval = await findApprovalByCall(ctx.db, ref);
  if (!approval || approval.status === "pending") return undefined;
  return { status: approval.status, tasks: approval.descriptor.tasks };
}

/** What the user approved row by row is not limited; everything else that a run does is, whatever the model plans. */
async function checkLimits(ctx: Context, run: RunRow, changes: number, deletes: number): Promise<void> {
  if (changes === 0) return;
  const total = await addRunChanges(ctx.db, { runId: run.id, attempt: run.attempt }, changes);
  if (total === undefined) throw new LeaseLost();
  if (total > limits.run.changes) {
    throw new AppError("change_limit", `Not done: one answer may change ${limits.run.changes} tasks at most.`);
  }
  if (deletes > 0 && (await countDeletes(ctx.db, run.id)) + deletes >= limits.run.deletesBeforeApproval) {
    throw new AppError("approval_required", "Not done: deleting that many tasks needs the user's approval.");
  }
}

function shown(callId: string, output: ToolOutput, approval: Decision | undefined): Chunk {
  return approval?.status === "rejected"
    ? { type: "tool-output-denied", toolCallId: callId }
    : { type: "tool-output-available", toolCallId: callId, output, dynamic: true };
}

import { limits, type ToolOutput } from "@todo/contract";
import { addRunChanges } from "../db/queries/runs.ts";
import type { CallRef } from "../db/queries/task-events.ts";
import { countDeletes, findToolEffect, hasChanged, putToolEffect } from "../db/queries/tool-effects.ts";
import { AppError } from "./app-error.ts";
import type { Context } from "./context.ts";
import { LeaseLost } from "./end-run.ts";
import type { RunRow } from "./runs.ts";

/** What a call of a run has given before, and the input for what is left of it; undefined for one that has not been made. */
export function findCallResult(ctx: Context, call: CallRef) {
  return findToolEffect(ctx.db, call);
}

/**
 * Stores what a call of `tool` gave, and how many tasks it deleted, so that it is not made again; one that is done in part
 * with the input for the rest.
 */
export async function storeCallResult(
  ctx: Context,
  call: CallRef,
  tool: string,
  { result, rest, deletes }: { result: ToolOutput; rest: Record<string, unknown> | null; deletes: number },
): Promise<void> {
  await putToolEffect(ctx.db, { ...call, userId: ctx.userId, tool, result, rest, deletes, at: ctx.now });
}

/** Whether another call of `tool` has changed anything in the run. */
export function hasChangedBefore(ctx: Context, call: CallRef, tool: string): Promise<boolean> {
  return hasChanged(ctx.db, call, tool);
}

/**
 * Counts what one more call of the run has changed and deleted against what a run may do without asking.
 * @throws AppError `change_limit`, `approval_required`; LeaseLost
 */
export async function checkLimits(ctx: Context, run: RunRow, changes: number, deletes: number): Promise<void> {
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

import { type ApprovalDescriptor, limits } from "@todo/contract";
import { findApprovalByCall } from "../../db/queries/approvals.ts";
import { askApproval } from "../../domain/approvals.ts";
import type { Context } from "../../domain/context.ts";
import type { ToolRun } from "./run-call.ts";

/** How a tool tells what a call would delete. */
export type Ask<Input> = {
  /** How many tasks the call names; Infinity when it means all of a kind. */
  count: (input: Input) => number;
  /** The rows that it would delete now. */
  describe: (ctx: Context, input: Input) => Promise<ApprovalDescriptor>;
};

/**
 * Whether a call must wait for the user. Counts what all calls of the run want to delete, so that a bulk delete can't
 * hide in small ones. Asks at most once a call: an approval that was decided, even before a crash, stands.
 */
export async function askIfNeeded<Input>(
  { run, log, plannedDeletes }: ToolRun,
  callId: string | undefined,
  ask: Ask<Input>,
  input: Input,
): Promise<boolean> {
  if (!callId) throw new Error("a tool call without an id");
  plannedDeletes.set(callId, ask.count(input));
  const planned = [...plannedDeletes.values()].reduce((sum, count) => sum + count, 0);
  if (planned < limits.run.deletesBeforeApproval) return false;
  const ref = { runId: run.id, callId };
  return log.commit(async (ctx) => {
    const asked = await findApprovalByCall(ctx.db, ref);
    if (asked) return { chunks: [], value: asked.status === "pending" };
    const descriptor = await ask.describe(ctx, input);
    if (descriptor.tasks.length === 0) return { chunks: [], value: false };
    return { chunks: [await askApproval(ctx, ref, descriptor)], value: true };
  });
}

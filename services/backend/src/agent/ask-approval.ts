import { type ApprovalDescriptor, deleteTasksInput, limits } from "@todo/contract";
import { z } from "zod";
import { findApprovalByCall } from "../db/queries/approvals.ts";
import { askApproval } from "../domain/approvals.ts";
import type { Context } from "../domain/context.ts";
import type { ToolRun } from "./tools/define-tool.ts";

/** How a tool tells which rows a call would delete now. */
export type Ask<Input> = (ctx: Context, input: Input) => Promise<ApprovalDescriptor>;

/** A call of the only tool that deletes, as the SDK's items hold it. */
const deleteCall = z.object({
  type: z.literal("function_call"),
  name: z.literal("delete_tasks"),
  callId: z.string(),
  arguments: z
    .string()
    .transform((json): unknown => JSON.parse(json))
    .pipe(deleteTasksInput),
});

/**
 * Notes how many tasks each call of a turn wants to delete (all of a kind: infinitely many), before the first of them is
 * looked at.
 */
export function planDeletes(planned: Map<string, number>, output: readonly unknown[]): void {
  for (const item of output) {
    const call = deleteCall.safeParse(item).data;
    if (!call) continue;
    const { tasks, all } = call.arguments;
    planned.set(call.callId, all === null ? new Set(tasks).size : Number.POSITIVE_INFINITY);
  }
}

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
  const planned = [...plannedDeletes.values()].reduce((sum, count) => sum + count, 0);
  if (planned < limits.run.deletesBeforeApproval) return false;
  const ref = { runId: run.id, callId };
  return log.commit(async (ctx) => {
    const asked = await findApprovalByCall(ctx.db, ref);
    if (asked) return { chunks: [], value: asked.status === "pending" };
    const descriptor = await ask(ctx, input);
    if (descriptor.tasks.length === 0) return { chunks: [], value: false };
    return { chunks: [await askApproval(ctx, ref, descriptor)], value: true };
  });
}

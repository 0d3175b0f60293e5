import { limits } from "@todo/contract";
import { z } from "zod";
import { findOperation } from "../operations/index.ts";
import type { Operation } from "../operations/operation.ts";
import { askOnce } from "../runs/ask-once.ts";
import type { ToolRun } from "./tools.ts";

/** A tool call, as the SDK's items hold it. */
const functionCall = z.object({
  type: z.literal("function_call"),
  name: z.string(),
  callId: z.string(),
  arguments: z.string().transform((json): unknown => JSON.parse(json)),
});

/**
 * Notes how many tasks each call of a turn wants to delete (all of a kind: infinitely many), before the first of them is
 * looked at.
 */
export function planDeletes(planned: Map<string, number>, output: readonly unknown[]): void {
  for (const item of output) {
    const call = functionCall.safeParse(item).data;
    const destruction = call && findOperation(call.name)?.destruction;
    if (destruction) planned.set(call.callId, destruction.count(call.arguments));
  }
}

/**
 * Whether a call must wait for the user. Counts what all calls of the run want to delete, so that a bulk delete can't
 * hide in small ones.
 */
export async function askIfNeeded(
  { run, log, plannedDeletes }: ToolRun,
  callId: string | undefined,
  { name, destruction }: Operation,
  args: unknown,
): Promise<boolean> {
  if (!destruction) return false;
  if (!callId) throw new Error("a tool call without an id");
  const planned = [...plannedDeletes.values()].reduce((sum, count) => sum + count, 0);
  if (planned < limits.run.deletesBeforeApproval) return false;
  return askOnce({ run, log }, callId, async (ctx) => ({ action: name, tasks: await destruction.tasks(ctx, args) }));
}

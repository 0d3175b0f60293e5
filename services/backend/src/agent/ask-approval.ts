import { z } from "zod";
import { type Counted, isMuch, type Named, toQuestion } from "../domain/approval-rules.ts";
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

/** What each call of a run wants to do that is counted, by its id. */
export type Planned = Map<string, { of: Counted; named: Named }>;

/** Notes what the calls of a turn want to do, before the first of them is looked at. */
export function plan(planned: Planned, output: readonly unknown[]): void {
  for (const item of output) {
    const call = functionCall.safeParse(item).data;
    const approval = call && findOperation(call.name)?.approval;
    if (approval) planned.set(call.callId, { of: approval.of, named: approval.named(call.arguments) });
  }
}

/**
 * Whether a call must wait for the user. Counts what all calls of the run want to do, so that much can't hide in small
 * calls.
 */
export async function askIfNeeded(
  { run, log, planned }: ToolRun,
  callId: string | undefined,
  { name, approval }: Operation,
  args: unknown,
): Promise<boolean> {
  if (!approval) return false;
  if (!callId) throw new Error("a tool call without an id");
  const { of } = approval;
  const named = [...planned.values()].flatMap((call) => (call.of === of ? [call.named] : []));
  const mine = planned.get(callId)?.named ?? [];
  if (mine.length === 0 || !isMuch(of, named)) return false;
  const { createdAt: askedAt, timeZone: zone } = run;
  return askOnce({ run, log }, callId, async (ctx) =>
    toQuestion(name, await approval.preview({ ...ctx, askedAt, zone }, args)),
  );
}

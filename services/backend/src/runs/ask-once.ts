import type { Question } from "../domain/approval-rules.ts";
import { askApproval, findCallApproval } from "../domain/approvals.ts";
import type { Context } from "../domain/context.ts";
import type { Claim } from "./call-once.ts";

/**
 * Asks the user to approve a call, at most once: an approval that was decided, even before a crash, stands. Gives
 * whether the call must wait. What would touch no task needs no approval.
 */
export async function askOnce(
  { run, log }: Claim,
  callId: string,
  describe: (ctx: Context) => Promise<Question>,
): Promise<boolean> {
  const ref = { runId: run.id, callId };
  return log.commit(async (ctx) => {
    const asked = await findCallApproval(ctx, ref);
    if (asked) return { chunks: [], value: asked.status === "pending" };
    const question = await describe(ctx);
    if (question.tasks.length === 0) return { chunks: [], value: false };
    return { chunks: [await askApproval(ctx, ref, question)], value: true };
  });
}

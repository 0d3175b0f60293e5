import type { TaskChange } from "@todo/contract";
import type { Trx } from "../database.ts";

/** The tool call that makes a change, when one does. */
export type CallRef = { runId: string; callId: string };

/** Writes changes to the audit log. */
export async function insertTaskEvents(
  trx: Trx,
  userId: string,
  changes: readonly TaskChange[],
  call: CallRef | undefined,
  at: Date,
): Promise<void> {
  if (changes.length === 0) return;
  await trx
    .insertInto("taskEvents")
    .values(
      changes.map((change) => ({
        taskId: change.after.id,
        userId,
        kind: change.kind,
        before: change.before && JSON.stringify(change.before),
        after: JSON.stringify(change.after),
        runId: call?.runId ?? null,
        callId: call?.callId ?? null,
        at,
      })),
    )
    .execute();
}

import type { ToolOutput } from "@todo/contract";
import { sql } from "kysely";
import type { Trx } from "../database.ts";
import type { CallRef } from "./task-events.ts";

/** What a call has given; with `rest` only a part of it is done. */
export async function findToolEffect(trx: Trx, call: CallRef): Promise<Effect | undefined> {
  return trx
    .selectFrom("toolEffects")
    .select(["result", "rest"])
    .where("runId", "=", call.runId)
    .where("callId", "=", call.callId)
    .executeTakeFirst();
}

type Effect = { result: ToolOutput; rest: Record<string, unknown> | null };

/** Stores what a call has given, in place of what it had given when only a part of it was done. */
export async function putToolEffect(
  trx: Trx,
  { result, rest, ...effect }: CallRef & Effect & { userId: string; tool: string; deletes: number; at: Date },
): Promise<void> {
  const given = { result: JSON.stringify(result), rest: rest && JSON.stringify(rest) };
  await trx
    .insertInto("toolEffects")
    .values({ ...effect, ...given })
    .onConflict((c) =>
      c
        .columns(["runId", "callId"])
        .doUpdateSet({ ...given, deletes: effect.deletes, at: effect.at })
        .where("toolEffects.rest", "is not", null),
    )
    .execute();
}

/** The calls of a run that only a part was done of, and how many changes are left of each. */
export async function listHalfDone(trx: Trx, runId: string) {
  const rows = await trx
    .selectFrom("toolEffects")
    .select(["callId", "result"])
    .where("runId", "=", runId)
    .where("rest", "is not", null)
    .execute();
  return rows.map(({ callId, result: { next: _, ...output } }) => ({ callId, left: output.left ?? 0, output }));
}

/** How many tasks the run has deleted so far. */
export async function countDeletes(trx: Trx, runId: string): Promise<number> {
  const row = await trx
    .selectFrom("toolEffects")
    .select((eb) => eb.fn.sum<string | null>("deletes").as("deletes"))
    .where("runId", "=", runId)
    .executeTakeFirst();
  return Number(row?.deletes ?? 0);
}

/** Whether another call of this tool has changed anything in the run. */
export async function hasChanged(trx: Trx, { runId, callId }: CallRef, tool: string): Promise<boolean> {
  const row = await trx
    .selectFrom("toolEffects")
    .select("callId")
    .where("runId", "=", runId)
    .where("callId", "!=", callId)
    .where("tool", "=", tool)
    .where(sql<boolean>`"result" -> 'changes' <> '[]'`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

import type { ToolOutput } from "@todo/contract";
import { sql } from "kysely";
import type { Trx } from "../database.ts";
import type { CallRef } from "./task-events.ts";

export async function findToolEffect(trx: Trx, call: CallRef): Promise<ToolOutput | undefined> {
  const row = await trx
    .selectFrom("toolEffects")
    .select("result")
    .where("runId", "=", call.runId)
    .where("callId", "=", call.callId)
    .executeTakeFirst();
  return row?.result;
}

export async function insertToolEffect(
  trx: Trx,
  effect: CallRef & { userId: string; tool: string; result: ToolOutput; deletes: number; at: Date },
): Promise<void> {
  await trx
    .insertInto("toolEffects")
    .values({ ...effect, result: JSON.stringify(effect.result) })
    .execute();
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

/** Whether a call of this tool has changed anything in the run. */
export async function hasChanged(trx: Trx, runId: string, tool: string): Promise<boolean> {
  const row = await trx
    .selectFrom("toolEffects")
    .select("callId")
    .where("runId", "=", runId)
    .where("tool", "=", tool)
    .where(sql<boolean>`"result" -> 'changes' <> '[]'`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

import { sql } from "kysely";
import type { Db, Trx } from "../database.ts";

/** Notes that the account is being deleted, and lets nobody into it any more. */
export async function beginLeaving(db: Db, userId: string, now: Date): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto("userStates")
      .values({ userId, leavingSince: now })
      .onConflict((c) => c.column("userId").doUpdateSet({ leavingSince: now }))
      .execute();
    await trx.deleteFrom("session").where("userId", "=", userId).execute();
    await trx.deleteFrom("account").where("userId", "=", userId).execute();
    await trx.deleteFrom("apiTokens").where("userId", "=", userId).execute();
  });
}

/** Deletes the user, with the little that is left of theirs. */
export async function deleteUser(db: Db, userId: string): Promise<void> {
  await db.deleteFrom("user").where("id", "=", userId).execute();
}

/** Users who are being deleted, those first who wait longest. */
export async function listLeaving(db: Db, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom("userStates")
    .select("userId")
    .where("leavingSince", "is not", null)
    .orderBy("leavingSince")
    .limit(limit)
    .execute();
  return rows.map((row) => row.userId);
}

/**
 * What deletes a user's rows, so many at most and that give how many, in an order in which none takes many others along:
 * run logs, messages with what else there is of their runs, conversations, the audit log, tasks, calls that wait.
 */
export const removals: readonly ((trx: Trx, userId: string, limit: number) => Promise<number>)[] = [
  removeLogs,
  removeMessages,
  (trx, userId, limit) => removeFrom(trx, "conversations", userId, limit),
  (trx, userId, limit) => removeFrom(trx, "taskEvents", userId, limit),
  (trx, userId, limit) => removeFrom(trx, "tasks", userId, limit),
  (trx, userId, limit) => removeFrom(trx, "approvals", userId, limit),
];

async function removeLogs(trx: Trx, userId: string, limit: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from "runChunks" where "userId" = ${userId} and ctid = any(array(
      select "first".ctid from "conversations" join "runs" on "runs"."conversationId" = "conversations"."id"
      cross join lateral (
        select ctid from "runChunks" where "runId" = "runs"."id" order by "seq" limit ${limit}
      ) as "first"
      where "conversations"."userId" = ${userId} limit ${limit}
    ))`.execute(trx);
  return Number(numAffectedRows);
}

async function removeMessages(trx: Trx, userId: string, limit: number): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from "messages" where "userId" = ${userId} and ctid = any(array(
      select "first".ctid from "conversations" cross join lateral (
        select ctid from "messages" where "conversationId" = "conversations"."id" order by "seq" limit ${limit}
      ) as "first"
      where "conversations"."userId" = ${userId} limit ${limit}
    ))`.execute(trx);
  return Number(numAffectedRows);
}

async function removeFrom(
  trx: Trx,
  table: "conversations" | "taskEvents" | "tasks" | "approvals",
  userId: string,
  limit: number,
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    delete from ${sql.table(table)} where "userId" = ${userId} and ctid = any(array(
      select ctid from ${sql.table(table)} where "userId" = ${userId} limit ${limit}
    ))`.execute(trx);
  return Number(numAffectedRows);
}

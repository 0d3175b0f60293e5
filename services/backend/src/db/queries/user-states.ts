import { sql } from "kysely";
import type { Db, Trx } from "../database.ts";

/**
 * Counts a change of the user's tasks and locks the user's state until the transaction ends, so that task changes of
 * one user happen one after the other. Lock order everywhere: run, user state, then the rest.
 * Returns the next free task number.
 */
export async function touchTasks(trx: Trx, userId: string): Promise<number> {
  const row = await trx
    .insertInto("userStates")
    .values({ userId, tasksVersion: 1 })
    .onConflict((c) => c.column("userId").doUpdateSet({ tasksVersion: sql`"userStates"."tasksVersion" + 1` }))
    .returning("nextTaskNumber")
    .executeTakeFirstOrThrow();
  return row.nextTaskNumber;
}

/** Sets the next task number; the caller holds the lock of `touchTasks`. */
export async function setNextTaskNumber(trx: Trx, userId: string, nextTaskNumber: number): Promise<void> {
  await trx.updateTable("userStates").set({ nextTaskNumber }).where("userId", "=", userId).execute();
}

/** Counts a change of the user's conversations, and locks the user's state as `touchTasks` does. */
export async function touchConversations(trx: Trx, userId: string): Promise<void> {
  await trx
    .insertInto("userStates")
    .values({ userId, conversationsVersion: 1 })
    .onConflict((c) =>
      c.column("userId").doUpdateSet({ conversationsVersion: sql`"userStates"."conversationsVersion" + 1` }),
    )
    .execute();
}

/**
 * As `touchConversations`, and counts a message in the user's current window of `seconds`. Returns how many there are
 * by now, and when the window ends.
 */
export async function countMessage(
  trx: Trx,
  userId: string,
  seconds: number,
): Promise<{ count: number; windowEnds: Date }> {
  const fresh = sql<Date>`now() + make_interval(secs => ${seconds})`;
  const ended = sql<boolean>`"userStates"."messageWindowEnds" <= now()`;
  return trx
    .insertInto("userStates")
    .values({ userId, conversationsVersion: 1, messageCount: 1, messageWindowEnds: fresh })
    .onConflict((c) =>
      c.column("userId").doUpdateSet({
        conversationsVersion: sql`"userStates"."conversationsVersion" + 1`,
        messageCount: sql`case when ${ended} then 1 else "userStates"."messageCount" + 1 end`,
        messageWindowEnds: sql`case when ${ended} then ${fresh} else "userStates"."messageWindowEnds" end`,
      }),
    )
    .returning(["messageCount as count", "messageWindowEnds as windowEnds"])
    .executeTakeFirstOrThrow();
}

/** The change counters of these users; absent for who never changed anything. For the event streams of one replica. */
export function listVersions(db: Db, userIds: readonly string[]) {
  return db
    .selectFrom("userStates")
    .select(["userId", "tasksVersion", "conversationsVersion"])
    .where("userId", "=", sql<string>`any(${userIds})`)
    .execute();
}

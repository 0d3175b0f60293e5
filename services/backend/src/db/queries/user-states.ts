import { sql } from "kysely";
import type { Db, Trx } from "../database.ts";
import { literal } from "../prologue.ts";

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
 * The statement that begins a message's transaction (see `Actor.first`): as `touchConversations`, and counts the message
 * in the user's current window of `seconds`.
 */
export function enterWithMessage(userId: string, seconds: number): string {
  const fresh = `now() + make_interval(secs => ${seconds})`;
  const ended = `"userStates"."messageWindowEnds" <= now()`;
  return `insert into "userStates" ("userId", "conversationsVersion", "messageCount", "messageWindowEnds")
    values (${literal(userId)}, 1, 1, ${fresh})
    on conflict ("userId") do update set
      "conversationsVersion" = "userStates"."conversationsVersion" + 1,
      "messageCount" = case when ${ended} then 1 else "userStates"."messageCount" + 1 end,
      "messageWindowEnds" = case when ${ended} then ${fresh} else "userStates"."messageWindowEnds" end`;
}

/** The change counters of these users; absent for who never changed anything. For the event streams of one replica. */
export function listVersions(db: Db, userIds: readonly string[]) {
  return db
    .selectFrom("userStates")
    .select(["userId", "tasksVersion", "conversationsVersion"])
    .where("userId", "in", userIds)
    .execute();
}

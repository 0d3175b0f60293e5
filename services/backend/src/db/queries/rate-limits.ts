import { sql } from "kysely";
import type { Db } from "../database.ts";

/**
 * Counts one request against `key` and gives the count in the current window and when that ends. One statement, so that
 * no burst on several replicas slips through between a read and a write.
 */
export async function hit(db: Db, key: string, windowSeconds: number): Promise<{ count: number; windowEnds: Date }> {
  const fresh = sql<Date>`now() + make_interval(secs => ${windowSeconds})`;
  return db
    .insertInto("rateLimits")
    .values({ key, count: 1, windowEnds: fresh })
    .onConflict((c) =>
      c.column("key").doUpdateSet({
        count: sql`case when "rateLimits"."windowEnds" <= now() then 1 else "rateLimits"."count" + 1 end`,
        windowEnds: sql`case when "rateLimits"."windowEnds" <= now() then ${fresh} else "rateLimits"."windowEnds" end`,
      }),
    )
    .returning(["count", "windowEnds"])
    .executeTakeFirstOrThrow();
}

/**
 * Counts a guess against `key` unless one has to wait. `waits`: seconds to wait after the first guess, the second, and so
 * on, the last one after all others; a window ends `quietSeconds` after its wait. One statement like `hit`; the time is
 * asked for when it is this guess's turn, so that guesses of the same moment see each other's waits.
 */
export async function guess(
  db: Db,
  key: string,
  waits: readonly number[],
  quietSeconds: number,
): Promise<{ isAdmitted: boolean; nextAt: Date }> {
  const now = sql<Date>`clock_timestamp()`;
  const quiet = sql`make_interval(secs => ${quietSeconds})`;
  const count = sql<number>`case when "rateLimits"."windowEnds" <= ${now} then 1 else "rateLimits"."count" + 1 end`;
  const windowEnds = (guesses: typeof count) => sql<Date>`
    ${now} + make_interval(secs => (${waits}::integer[])[least(${guesses}, ${waits.length}::integer)]) + ${quiet}`;
  const nextAt = sql<Date>`"rateLimits"."windowEnds" - ${quiet}`;
  const counted = await db
    .insertInto("rateLimits")
    .values({ key, count: 1, windowEnds: windowEnds(sql`1`) })
    .onConflict((c) =>
      c
        .column("key")
        .doUpdateSet({ count, windowEnds: windowEnds(count) })
        .where(nextAt, "<=", now),
    )
    .returning(nextAt.as("nextAt"))
    .executeTakeFirst();
  if (counted) return { isAdmitted: true, nextAt: counted.nextAt };
  const waiting = await db
    .selectFrom("rateLimits")
    .select(nextAt.as("nextAt"))
    .where("key", "=", key)
    .executeTakeFirst();
  return { isAdmitted: false, nextAt: waiting?.nextAt ?? new Date() };
}

/**
 * Adds `amount` to the count of `key` if it stays within `most`, and gives when the window ends; otherwise nothing is
 * added, and it gives undefined. One statement like `hit`.
 */
export async function take(
  db: Db,
  key: string,
  { amount, most, windowSeconds }: { amount: number; most: number; windowSeconds: number },
): Promise<{ windowEnds: Date } | undefined> {
  if (amount > most) return undefined;
  const fresh = sql<Date>`now() + make_interval(secs => ${windowSeconds})`;
  const counted = sql<number>`case when "rateLimits"."windowEnds" <= now() then 0 else "rateLimits"."count" end`;
  return db
    .insertInto("rateLimits")
    .values({ key, count: amount, windowEnds: fresh })
    .onConflict((c) =>
      c
        .column("key")
        .doUpdateSet({
          count: sql`${counted} + ${amount}`,
          windowEnds: sql`case when "rateLimits"."windowEnds" <= now() then ${fresh} else "rateLimits"."windowEnds" end`,
        })
        // Such sums may be more than an integer holds.
        .where(sql<boolean>`(${counted})::bigint + ${amount} <= ${most}`),
    )
    .returning("windowEnds")
    .executeTakeFirst();
}

/** Changes what `take` has added to the window that ends then by `difference`; nothing when that window is over. */
export async function correct(db: Db, key: string, windowEnds: Date, difference: number): Promise<void> {
  const count = sql<number>`least(greatest("count"::bigint + ${difference}, 0), ${2 ** 31 - 1})::integer`;
  await db
    .updateTable("rateLimits")
    .set({ count })
    .where("key", "=", key)
    // A date of ours holds milliseconds, one of PostgreSQL's microseconds.
    .where(sql<boolean>`"windowEnds" < ${windowEnds}::timestamptz + interval '1 second'`)
    .execute();
}

/** Takes one off the count of `key`. */
export async function uncount(db: Db, key: string): Promise<void> {
  const count = sql<number>`greatest("count" - 1, 0)`;
  await db.updateTable("rateLimits").set({ count }).where("key", "=", key).execute();
}

/** Removes windows that have ended. */
export async function deleteEndedWindows(db: Db): Promise<void> {
  await db.deleteFrom("rateLimits").where("windowEnds", "<", sql<Date>`now()`).execute();
}

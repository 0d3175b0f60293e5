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

/** Removes windows that have ended. */
export async function deleteEndedWindows(db: Db): Promise<void> {
  await db.deleteFrom("rateLimits").where("windowEnds", "<", sql<Date>`now()`).execute();
}

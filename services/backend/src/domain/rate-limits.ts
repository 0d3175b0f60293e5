import { createHash } from "node:crypto";
import * as queries from "../db/queries/rate-limits.ts";
import { tooMany } from "./app-error.ts";
import type { Db } from "./context.ts";

/** At most `count` times in each window of `seconds`. */
export type Rule = { name: string; count: number; seconds: number };

/** Counts one time more for `who`, of whom only a hash is stored. @throws AppError `rate_limited` */
export async function countAgainst(db: Db, { name, count, seconds }: Rule, who: string): Promise<void> {
  const used = await queries.hit(db, keyOf(name, who), seconds);
  if (used.count > count) throw tooMany(used.windowEnds);
}

/** Under what `who` is counted: not by name. */
export function keyOf(rule: string, who: string): string {
  return `${rule}:${createHash("sha256").update(who).digest("base64url")}`;
}

/** Removes windows that have ended. */
export function forgetEndedWindows(db: Db): Promise<void> {
  return queries.deleteEndedWindows(db);
}

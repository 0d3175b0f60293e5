import * as queries from "../db/queries/runs.ts";
import type { Db } from "./context.ts";
import type { RunRow } from "./runs.ts";

/**
 * Claims for `owner`, which works on `active`, up to `limit` runs that nobody works on: queued ones, those whose owner has
 * let its lease lapse, which counts as a crash, and those of `owner` that it is not at work on. Each goes to one owner only,
 * however many claim at once. `isBlind`: for a whole lease's time `owner` could not see the database, so neither may have
 * others, and what lapsed meanwhile is no crash.
 */
export function claimRuns(
  db: Db,
  owner: string,
  limit: number,
  seen: { active: readonly string[]; isBlind: boolean },
): Promise<RunRow[]> {
  return queries.claimRuns(db, owner, limit, seen);
}

/** How long an owner may be silent before others take over, in seconds. */
export const { LEASE_SECONDS } = queries;

/**
 * Renews the leases of these runs and gives the claims that `owner` still holds, and whether they are to
 * be stopped.
 */
export function renewLeases(
  db: Db,
  owner: string,
  ids: readonly string[],
): Promise<{ id: string; attempt: number; stopRequested: boolean }[]> {
  return queries.renewLeases(db, owner, ids);
}

/** Hands all runs of `owner` back at once, for others to go on. Not a crash. Gives how many there were. */
export function releaseRuns(db: Db, owner: string): Promise<number> {
  return queries.releaseRuns(db, owner);
}

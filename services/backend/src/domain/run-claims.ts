import * as queries from "../db/queries/runs.ts";
import type { Db } from "./context.ts";
import type { RunRow } from "./runs.ts";

/**
 * Claims for `owner` up to `limit` runs that nobody works on: queued ones, and those whose owner has let its lease
 * lapse, which counts as a crash. Each goes to one owner only, however many claim at once.
 */
export function claimRuns(db: Db, owner: string, limit: number): Promise<RunRow[]> {
  return queries.claimRuns(db, owner, limit);
}

/**
 * Renews the leases of these runs (one at least) and gives the claims that `owner` still holds, and whether they are to
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

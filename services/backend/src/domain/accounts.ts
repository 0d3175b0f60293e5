import * as queries from "../db/queries/accounts.ts";
import type { Context, Db } from "./context.ts";

type LeaveDeps = {
  db: Db;
  clock: () => Date;
  asUser: <T>(userId: string, work: (ctx: Context) => Promise<T>) => Promise<T>;
};

/** Rows that go with one transaction: what hangs on them, a run's journal say, goes with them. */
const STEP = 250;

/**
 * Deletes an account with all that belongs to it, for good. Its sessions, password and tokens go first, so that nobody comes
 * into what is left; then its rows, in steps that each are a transaction of their own, and the user last. What somebody
 * has left half done, `finishLeaving` goes on with.
 */
export async function leave({ db, clock, asUser }: LeaveDeps, userId: string): Promise<void> {
  await queries.beginLeaving(db, userId, clock());
  await goOnLeaving({ db, asUser }, userId);
}

/** Goes on with deleting accounts that somebody has begun to delete. Gives how many. */
export async function finishLeaving(deps: Pick<LeaveDeps, "db" | "asUser">): Promise<number> {
  const users = await queries.listLeaving(deps.db, AT_ONCE);
  for (const userId of users) await goOnLeaving(deps, userId);
  return users.length;
}

const AT_ONCE = 10;

async function goOnLeaving({ db, asUser }: Pick<LeaveDeps, "db" | "asUser">, userId: string): Promise<void> {
  for (const remove of queries.removals) {
    for (let last = STEP; last === STEP; ) last = await asUser(userId, (ctx) => remove(ctx.db, userId, STEP));
  }
  await queries.deleteUser(db, userId);
}

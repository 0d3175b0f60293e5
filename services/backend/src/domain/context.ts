import type { Logger } from "pino";
import { type Db, inTransaction, type Trx } from "../db/database.ts";
import type { Call } from "../db/queries/task-events.ts";

export type { Db } from "../db/database.ts";

/** What a domain function works with: one user's transaction, and the time and place it happens in. */
export type Context = {
  db: Trx;
  userId: string;
  now: Date;
  log: Logger;
  /** The call that it happens for, for the audit log and for undo. */
  call?: Call;
  /** What has been changed; told to the user's open pages after the commit. */
  changed: Set<"tasks" | "conversations">;
};

/** What the domain needs of the process, see `deps.ts`. */
export type UnitOfWorkDeps = {
  db: Db;
  clock: () => Date;
  log: Logger;
  /** Called after the commit when `changed` is not empty. */
  onChange: (userId: string) => void;
};

/** Runs `work` as one user in one transaction, behind row-level security; see `inTransaction`. */
export async function asUser<T>(deps: UnitOfWorkDeps, userId: string, work: (ctx: Context) => Promise<T>): Promise<T> {
  const changed: Context["changed"] = new Set();
  const result = await inTransaction(deps.db, userId, async (db) => {
    changed.clear();
    return work({ db, userId, now: deps.clock(), log: deps.log, changed });
  });
  if (changed.size > 0) deps.onChange(userId);
  return result;
}

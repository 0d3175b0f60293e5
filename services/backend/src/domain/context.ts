import type { Logger } from "pino";
import { type Identity, SessionEnded } from "../db/admission.ts";
import { type Db, inTransaction, type Purpose, type Trx } from "../db/database.ts";
import type { Call } from "../db/queries/task-events.ts";
import { AppError } from "./app-error.ts";

export type { Db, Purpose } from "../db/database.ts";

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

/** See `asUser`. */
export type AsUser = <T>(who: Identity, work: (ctx: Context) => Promise<T>, purpose?: Purpose) => Promise<T>;

/**
 * Runs `work` as one user in one transaction, behind row-level security; see `inTransaction`.
 * @throws AppError `unauthenticated` when `who` is known by a session that is not valid any more
 */
export async function asUser<T>(
  deps: UnitOfWorkDeps,
  who: Identity,
  work: (ctx: Context) => Promise<T>,
  purpose?: Purpose,
): Promise<T> {
  const userId = typeof who === "string" ? who : who.userId;
  const changed: Context["changed"] = new Set();
  const job = async (db: Trx) => {
    changed.clear();
    return work({ db, userId, now: deps.clock(), log: deps.log, changed });
  };
  const result = await inTransaction(deps.db, who, job, purpose).catch((error: unknown) => {
    throw error instanceof SessionEnded ? signInFirst() : error;
  });
  if (changed.size > 0) deps.onChange(userId);
  return result;
}

export function signInFirst(): AppError {
  return new AppError("unauthenticated", "Sign in first.");
}

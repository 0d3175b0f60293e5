import { limits } from "@todo/contract";
import type { Db } from "../db/database.ts";
import { deleteFromTrash } from "../db/queries/tasks.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
/** So many at once: a whole list that was deleted must not hold its locks for long. */
const STEP = 500;

/** Removes for good, with their history, the tasks of all users that have been in the trash for 30 days. Gives how many. */
export async function emptyTrash(db: Db, now: Date): Promise<number> {
  const before = new Date(now.getTime() - limits.trashDays * DAY_MS);
  let removed = 0;
  for (let last = STEP; last === STEP; removed += last) last = await deleteFromTrash(db, before, STEP);
  return removed;
}

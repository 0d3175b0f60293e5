import { limits, type Task } from "@todo/contract";
import { listEntries, type Span } from "../db/queries/carried-changes.ts";
import * as queries from "../db/queries/user-states.ts";
import type { Db } from "./context.ts";

/** How often the tasks and the conversations of these users have changed; absent for who never changed anything. */
export function listVersions(
  db: Db,
  userIds: readonly string[],
): Promise<{ userId: string; tasksVersion: number; conversationsVersion: number }[]> {
  return queries.listVersions(db, userIds);
}

/** Tasks as a user's changes have left them, each once, and whether one of the changes took others back. */
export type Carried = { tasks: Task[]; undone: boolean };

/**
 * All that has changed in these spans of changes, by user; absent for a user of whom that is too much to be carried, or
 * not told by the audit log alone: then the list is to be looked at again.
 */
export async function listCarried(db: Db, spans: readonly Span[]): Promise<Map<string, Carried>> {
  const { count, bytes } = limits.carriedChanges;
  const few = spans.filter(({ after, upTo }) => upTo > after && upTo - after <= count);
  const found = Map.groupBy(few.length > 0 ? await listEntries(db, few, count + 1) : [], ({ userId }) => userId);
  const carried = new Map<string, Carried>();
  for (const { userId, after, upTo } of few) {
    const entries = found.get(userId) ?? [];
    // A change without an entry is of something else that the list shows, of a call that waits, say.
    const isWhole = new Set(entries.map(({ version }) => version)).size === upTo - after;
    const size = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    if (!isWhole || entries.length > count || size > bytes) continue;
    const tasks = new Map(entries.map(({ task }) => [task.id, task]));
    carried.set(userId, { tasks: [...tasks.values()], undone: entries.some(({ undo }) => undo) });
  }
  return carried;
}

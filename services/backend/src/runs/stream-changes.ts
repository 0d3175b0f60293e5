import type { ChangeEvent } from "@todo/contract";
import { listVersions } from "../domain/changes.ts";
import type { Db } from "../domain/context.ts";
import type { Hub } from "./hub.ts";

/**
 * Tells of changes to a user's tasks and conversations until `signal` is aborted, from whichever tab, answer or replica
 * they come. The first one, at once, says to look at everything.
 */
export async function streamChanges(
  { db, hub }: { db: Db; hub: Hub },
  userId: string,
  tell: (change: ChangeEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  let wake = () => {};
  let changed = false;
  const stopWatching = hub.watchUser(userId, () => {
    changed = true;
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  try {
    let [seen] = await listVersions(db, [userId]);
    tell({ tasks: true, conversations: true });
    while (!signal.aborted) {
      if (changed) {
        changed = false;
        const [now] = await listVersions(db, [userId]);
        // Who has never changed anything has no row.
        const tasks = (now?.tasksVersion ?? 0) !== (seen?.tasksVersion ?? 0);
        const conversations = (now?.conversationsVersion ?? 0) !== (seen?.conversationsVersion ?? 0);
        seen = now;
        if (tasks || conversations) tell({ tasks, conversations });
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal.aborted || changed) resolve();
      });
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    stopWatching();
  }
}

import type { ChangeEvent } from "@todo/contract";
import type { Hub } from "./hub.ts";

/**
 * Tells of changes to a user's tasks and conversations until `signal` is aborted, from whichever tab, answer or replica
 * they come. The first one, at once, says to look at everything. Throws when the database can't be asked.
 */
export async function streamChanges(
  { hub }: { hub: Hub },
  userId: string,
  tell: (change: ChangeEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const stopWatching = hub.watchUser(userId, { onChange: tell, onFailure: reject });
  const onAbort = () => resolve();
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) resolve();
  try {
    await ended;
  } finally {
    signal.removeEventListener("abort", onAbort);
    stopWatching();
  }
}

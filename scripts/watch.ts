import { once } from "node:events";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { watch } from "chokidar";

/** Which files count: both get a path relative to the root, with `/` between its parts. */
export type Watched = {
  isWatched: (file: string) => boolean;
  /** Whether something below the folder may count. */
  mayHold: (folder: string) => boolean;
};

export type Changes = {
  /** Waits for a change, and until the last of several files is written: editors save in several steps. */
  next: (signal: AbortSignal) => Promise<string[]>;
  close: () => Promise<void>;
};

/**
 * Watches files from now on. What changes while nobody waits is told to who waits next.
 * @param quietMs how long nothing more may change
 */
export async function watchFiles(root: string, { isWatched, mayHold }: Watched, quietMs = 300): Promise<Changes> {
  const changed = new Set<string>();
  let events = 0;
  let wake = () => {};
  const relative = (file: string) => path.relative(root, file).replaceAll(path.sep, "/");
  const watcher = watch(root, {
    ignoreInitial: true,
    ignored: (place, stats) => {
      const file = relative(place);
      if (file === "") return false;
      return !((!stats?.isDirectory() && isWatched(file)) || (!stats?.isFile() && mayHold(file)));
    },
  });
  watcher.on("all", (event, place) => {
    const file = relative(place);
    if (event.endsWith("Dir") || !isWatched(file)) return;
    changed.add(file);
    events += 1;
    wake();
  });
  await once(watcher, "ready");
  return {
    next: async (signal) => {
      signal.throwIfAborted();
      if (changed.size === 0) {
        await new Promise<void>((resolve, reject) => {
          wake = resolve;
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
      }
      for (let seen = -1; seen !== events; ) {
        seen = events;
        await delay(quietMs, undefined, { signal });
      }
      const files = [...changed].sort();
      changed.clear();
      return files;
    },
    close: () => watcher.close(),
  };
}

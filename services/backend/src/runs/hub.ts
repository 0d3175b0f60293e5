import type { RunStatus } from "@todo/contract";
import type { Logger } from "pino";
import { isOverloaded, isUnavailable } from "../db/unavailable.ts";
import { listVersions } from "../domain/changes.ts";
import type { Db } from "../domain/context.ts";
import type { LoggedChunk } from "../domain/end-run.ts";
import { listRunProgress } from "../domain/run-log.ts";

/** What a watcher of a run is told: chunks just committed here, or merely that there is something to look at. */
export type RunNews = { chunks: LoggedChunk[] } | { status: RunStatus } | "look";

const POLL_MS = 100;

/**
 * Tells the streams of this replica what has been committed: at once for what this replica does itself, and by one
 * batched query every 100 ms, and only while somebody watches, for what others do. No LISTEN/NOTIFY: it takes a global
 * lock at commit and does not pass transaction poolers.
 */
export class Hub {
  readonly #runs = new Map<string, { listeners: Set<(news: RunNews) => void>; seen: string }>();
  readonly #users = new Map<string, { listeners: Set<() => void>; seen: string }>();
  readonly #db: Db;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #polling = false;

  constructor(db: Db, log: Logger) {
    this.#db = db;
    this.#log = log;
  }

  /** Calls `listener` with the news of a run until the returned function is called. */
  watchRun(runId: string, listener: (news: RunNews) => void): () => void {
    return this.#watch(this.#runs, runId, listener);
  }

  /** Calls `listener` whenever the user's tasks or conversations have changed. */
  watchUser(userId: string, listener: () => void): () => void {
    return this.#watch(this.#users, userId, listener);
  }

  publishChunks(runId: string, chunks: LoggedChunk[]): void {
    for (const listener of this.#runs.get(runId)?.listeners ?? []) listener({ chunks });
  }

  publishStatus(runId: string, status: RunStatus): void {
    for (const listener of this.#runs.get(runId)?.listeners ?? []) listener({ status });
  }

  publishUserChange(userId: string): void {
    for (const listener of this.#users.get(userId)?.listeners ?? []) listener();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#runs.clear();
    this.#users.clear();
  }

  #watch<L>(map: Map<string, { listeners: Set<L>; seen: string }>, id: string, listener: L): () => void {
    const entry = map.get(id) ?? { listeners: new Set<L>(), seen: "" };
    map.set(id, entry);
    entry.listeners.add(listener);
    this.#schedule();
    return () => {
      entry.listeners.delete(listener);
      if (entry.listeners.size === 0 && map.get(id) === entry) map.delete(id);
    };
  }

  #schedule(): void {
    if (this.#timer || this.#polling || (this.#runs.size === 0 && this.#users.size === 0)) return;
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  async #poll(): Promise<void> {
    this.#timer = undefined;
    this.#polling = true;
    try {
      if (this.#runs.size > 0) {
        for (const run of await listRunProgress(this.#db, [...this.#runs.keys()])) {
          this.#notice(this.#runs.get(run.id), `${run.chunkSeq} ${run.status}`, "look");
        }
      }
      if (this.#users.size > 0) {
        for (const user of await listVersions(this.#db, [...this.#users.keys()])) {
          const seen = `${user.tasksVersion} ${user.conversationsVersion}`;
          this.#notice(this.#users.get(user.userId), seen, undefined);
        }
      }
    } catch (error) {
      if (!isUnavailable(error)) this.#log.warn({ err: error }, "could not look for changes, trying again");
      // Readers that all come again would only add to an overload.
      else if (!isOverloaded(error)) this.#wakeAll();
    } finally {
      this.#polling = false;
      this.#schedule();
    }
  }

  /**
   * Has every stream look for itself. While the database is away they end by that, so that their readers can show it,
   * and see everything anew when it is back.
   */
  #wakeAll(): void {
    for (const { listeners } of this.#runs.values()) for (const listener of listeners) listener("look");
    for (const { listeners } of this.#users.values()) for (const listener of listeners) listener();
  }

  #notice<N>(entry: { listeners: Set<(news: N) => void>; seen: string } | undefined, seen: string, news: N): void {
    if (!entry || entry.seen === seen) return;
    entry.seen = seen;
    for (const listener of entry.listeners) listener(news);
  }
}

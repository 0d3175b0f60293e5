import type { RunStatus } from "@todo/contract";
import type { Logger } from "pino";
import { isOverloaded, isUnavailable } from "../db/unavailable.ts";
import type { Db } from "../domain/context.ts";
import type { LoggedChunk } from "../domain/end-run.ts";
import { listRunProgress } from "../domain/run-log.ts";
import { type ChangeListener, UserChanges } from "./user-changes.ts";

/** What a watcher of a run is told: chunks just committed here, or merely that there is something to look at. */
export type RunNews = { chunks: LoggedChunk[] } | { status: RunStatus } | "look";

type WatchedRun = {
  listeners: Set<(news: RunNews) => void>;
  /** How far its listeners have been told: what this replica has committed itself is no news to them. */
  seq: number;
  status: RunStatus | undefined;
  /** When this replica has written to it last, by the process's clock. */
  wroteAt: number;
};

const POLL_MS = 100;
/** Whoever has written just now holds the claim, and no other replica can write. */
const OWN_MS = 500;

/**
 * Tells the streams of this replica what has been committed: at once for what this replica does itself, and by one
 * batched query every 100 ms, and only while somebody watches, for what others do. No LISTEN/NOTIFY: it takes a global
 * lock at commit and does not pass transaction poolers.
 */
export class Hub {
  readonly #runs = new Map<string, WatchedRun>();
  readonly #changes: UserChanges;
  readonly #db: Db;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #polling = false;

  constructor(db: Db, log: Logger) {
    this.#db = db;
    this.#log = log;
    this.#changes = new UserChanges(db, (error) => this.#failed(error));
  }

  /** Calls `listener` with the news of a run until the returned function is called. */
  watchRun(runId: string, listener: (news: RunNews) => void): () => void {
    const run = this.#runs.get(runId) ?? { listeners: new Set(), seq: 0, status: undefined, wroteAt: -OWN_MS };
    this.#runs.set(runId, run);
    run.listeners.add(listener);
    this.#schedule();
    return () => {
      run.listeners.delete(listener);
      if (run.listeners.size === 0 && this.#runs.get(runId) === run) this.#runs.delete(runId);
    };
  }

  /** Tells `listener` what changes among the user's tasks and conversations until the returned function is called. */
  watchUser(userId: string, listener: ChangeListener): () => void {
    const stop = this.#changes.watch(userId, listener);
    this.#schedule();
    return stop;
  }

  publishChunks(runId: string, chunks: LoggedChunk[]): void {
    const run = this.#runs.get(runId);
    if (!run) return;
    run.seq = chunks.at(-1)?.seq ?? run.seq;
    run.wroteAt = performance.now();
    for (const listener of run.listeners) listener({ chunks });
  }

  publishStatus(runId: string, status: RunStatus): void {
    const run = this.#runs.get(runId);
    if (!run) return;
    run.status = status;
    for (const listener of run.listeners) listener({ status });
  }

  publishUserChange(userId: string): void {
    this.#changes.changed(userId);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#runs.clear();
    this.#changes.clear();
  }

  #schedule(): void {
    if (this.#timer || this.#polling || (this.#runs.size === 0 && this.#changes.size === 0)) return;
    this.#timer = setTimeout(() => void this.#poll(), POLL_MS);
  }

  async #poll(): Promise<void> {
    this.#timer = undefined;
    this.#polling = true;
    try {
      await Promise.all([this.#lookAtRuns(), this.#changes.lookAtAll()]);
    } catch (error) {
      this.#failed(error);
      // While the database is away streams end by looking, so that their readers can show it, and come again.
      if (isUnavailable(error) && !isOverloaded(error)) {
        for (const { listeners } of this.#runs.values()) for (const listener of listeners) listener("look");
      }
    } finally {
      this.#polling = false;
      this.#schedule();
    }
  }

  async #lookAtRuns(): Promise<void> {
    const now = performance.now();
    // A run that is waiting or has ended since is not written to any more, and is looked at soon enough.
    const ids = [...this.#runs].filter(([, { wroteAt }]) => now - wroteAt >= OWN_MS).map(([id]) => id);
    if (ids.length === 0) return;
    for (const { id, chunkSeq, status } of await listRunProgress(this.#db, ids)) {
      const run = this.#runs.get(id);
      if (!run || (run.seq === chunkSeq && run.status === status)) continue;
      run.seq = chunkSeq;
      run.status = status;
      for (const listener of run.listeners) listener("look");
    }
  }

  #failed(error: unknown): void {
    if (!isUnavailable(error)) this.#log.warn({ err: error }, "could not look for changes, trying again");
  }
}

import type { ChangeEvent } from "@todo/contract";
import { isOverloaded } from "../db/unavailable.ts";
import { type Carried, listCarried, listVersions } from "../domain/changes.ts";
import type { Db } from "../domain/context.ts";

/** Who wants to hear of a user's changes. */
export type ChangeListener = {
  /** Told everything at first, then what has changed. */
  onChange: (change: ChangeEvent) => void;
  /** The database can't be asked now; whoever listens comes again. */
  onFailure: (error: unknown) => void;
};

type Watched = {
  listeners: Set<ChangeListener>;
  /** Those who have not heard anything yet. */
  fresh: Set<ChangeListener>;
  seen: Versions | undefined;
};

type Versions = { tasks: number; conversations: number };

const EVERYTHING: ChangeEvent = { tasks: true, conversations: true };

/**
 * Finds out what has changed for the users that somebody listens for: one query a look, for all that is to be looked at,
 * however many listen. Looks follow one another, so that no older one tells after a newer one.
 *
 * Where tasks have changed, a second query reads the few that have from the audit log, and the event carries them: a
 * change costs one read a replica, not one a tab. It is the same on the replica that made the change, which looks at once,
 * and on the others, which notice it by polling: what is told comes from what was committed, in the order of the commits.
 * What a listener was told before is where the next event goes on; who comes (again) is told to look at everything.
 */
export class UserChanges {
  readonly #db: Db;
  readonly #onError: (error: unknown) => void;
  readonly #users = new Map<string, Watched>();
  readonly #due = new Set<string>();
  #looking: Promise<void> | undefined;

  /** `onError` is told once of a look that failed. */
  constructor(db: Db, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
  }

  get size(): number {
    return this.#users.size;
  }

  /** Tells `listener` until the returned function is called. */
  watch(userId: string, listener: ChangeListener): () => void {
    const watched = this.#users.get(userId) ?? { listeners: new Set(), fresh: new Set(), seen: undefined };
    this.#users.set(userId, watched);
    watched.listeners.add(listener);
    watched.fresh.add(listener);
    this.#lookSoon([userId]);
    return () => {
      watched.listeners.delete(listener);
      watched.fresh.delete(listener);
      if (watched.listeners.size === 0 && this.#users.get(userId) === watched) this.#users.delete(userId);
    };
  }

  /** Something of the user's was committed here. */
  changed(userId: string): void {
    if (this.#users.has(userId)) this.#lookSoon([userId]);
  }

  /** Looks at everybody. Does not throw: who listens is told. */
  async lookAtAll(): Promise<void> {
    this.#lookSoon(this.#users.keys());
    await this.#looking;
  }

  clear(): void {
    this.#users.clear();
  }

  #lookSoon(userIds: Iterable<string>): void {
    for (const id of userIds) this.#due.add(id);
    this.#looking ??= this.#lookUntilDone().finally(() => {
      this.#looking = undefined;
    });
  }

  async #lookUntilDone(): Promise<void> {
    while (this.#due.size > 0) {
      // What else happens in this turn of the event loop is seen by the same look.
      await new Promise(setImmediate);
      const ids = [...this.#due].filter((id) => this.#users.has(id));
      this.#due.clear();
      if (ids.length > 0) await this.#look(ids);
    }
  }

  async #look(userIds: readonly string[]): Promise<void> {
    try {
      const versions = new Map((await listVersions(this.#db, userIds)).map((row) => [row.userId, row]));
      const now = userIds.map((userId) => {
        // Who has never changed anything has no row.
        const { tasksVersion = 0, conversationsVersion = 0 } = versions.get(userId) ?? {};
        return { userId, tasks: tasksVersion, conversations: conversationsVersion };
      });
      const carried = await this.#carried(now);
      for (const { userId, ...seen } of now) this.#tell(userId, seen, carried.get(userId));
    } catch (error) {
      this.#onError(error);
      // Readers that all come again would only add to an overload.
      if (isOverloaded(error)) return;
      for (const id of userIds) for (const { onFailure } of this.#users.get(id)?.listeners ?? []) onFailure(error);
    }
  }

  /** What has changed for those who have heard of the tasks before. */
  #carried(now: readonly { userId: string; tasks: number }[]): Promise<Map<string, Carried>> {
    const spans = now.flatMap(({ userId, tasks: upTo }) => {
      const after = this.#users.get(userId)?.seen?.tasks;
      return after === undefined || after === upTo ? [] : [{ userId, after, upTo }];
    });
    return listCarried(this.#db, spans);
  }

  #tell(userId: string, now: Versions, carried: Carried | undefined): void {
    const watched = this.#users.get(userId);
    if (!watched) return;
    const { seen = now, fresh, listeners } = watched;
    const tasks = now.tasks !== seen.tasks;
    const change: ChangeEvent = {
      tasks,
      conversations: now.conversations !== seen.conversations,
      ...(tasks && carried && { changed: carried.tasks, undone: carried.undone }),
    };
    watched.seen = now;
    for (const listener of listeners) {
      if (fresh.delete(listener)) listener.onChange(EVERYTHING);
      else if (change.tasks || change.conversations) listener.onChange(change);
    }
  }
}

import type { Logger } from "pino";
import { unavailableReason } from "./unavailable.ts";

/** How often a database that stays away is mentioned again. */
const REMINDER_MS = 60_000;
/** A database that goes again right after it came back is told of a little later, if it is still away then. */
const QUIET_MS = 10_000;
/** While a database goes, some of its connections still answer: it is back when nothing has failed for so long. */
const SETTLED_MS = 500;

/** Who is told of what queries meet with. */
export type Watch = Pick<Availability, "answered" | "failed">;

/**
 * Whether the database answers, as everything that asks it finds out. The one place that logs it: a line when it goes,
 * one when it is back, and one a minute in between, however many ask in vain.
 */
export class Availability {
  readonly #log: Logger;
  readonly #now: () => number;
  /** Since when it is away, when that was told last, and when it showed last. */
  #away: { since: number; told: number; seen: number } | undefined;
  #back = Number.NEGATIVE_INFINITY;

  /** `place`: which database, in words for the log. `now`: milliseconds, from where `performance.now` counts. */
  constructor(log: Logger, place: string, now: () => number = () => performance.now()) {
    this.#log = log.child({ database: place });
    this.#now = now;
  }

  /** A query was answered, that was asked at `asked`. */
  answered(asked: number): void {
    if (!this.#away || asked < this.#away.seen + SETTLED_MS) return;
    const seconds = Math.round((this.#now() - this.#away.since) / 1_000);
    this.#away = undefined;
    this.#back = this.#now();
    this.#log.info({ seconds }, "database available again");
  }

  /** A query or a connection failed since the database is not there. */
  failed(error: unknown): void {
    const now = this.#now();
    const first = !this.#away;
    if (first && now - this.#back < QUIET_MS) return;
    this.#away ??= { since: now, told: now, seen: now };
    this.#away.seen = now;
    if (!first && now - this.#away.told < REMINDER_MS) return;
    this.#away.told = now;
    const reason = unavailableReason(error) ?? "unknown";
    const seconds = Math.round((now - this.#away.since) / 1_000);
    if (first) this.#log.error({ reason, err: error }, "database unavailable");
    else this.#log.error({ reason, seconds }, "database still unavailable");
  }
}

import type { Chunk } from "@todo/contract";
import { isUnavailable } from "../db/unavailable.ts";
import type { Db } from "../domain/context.ts";
import { append, appendMany, type Claim, type LoggedChunk } from "../domain/end-run.ts";

/** One write begins this long after the one before it at the earliest. */
const GATHER_MS = 10;
/** What one statement writes at most. */
const CLAIMS_AT_ONCE = 200;

type Wanted = {
  run: Claim;
  chunks: readonly Chunk[];
  written: (logged: LoggedChunk[]) => void;
  failed: (error: unknown) => void;
};

/**
 * Writes the text of all runs of this replica, in one statement for all that have some at the time: 100 answers at once
 * cost 100 commits a second instead of 2,500. A run that writes alone does not wait.
 */
export class LogWriter {
  readonly #db: Db;
  readonly #wanted: Wanted[] = [];
  #writing = false;
  #began = Number.NEGATIVE_INFINITY;

  constructor(db: Db) {
    this.#db = db;
  }

  /** Appends to the run's log in a statement of its own or together with others'. @throws LeaseLost */
  append(run: Claim, chunks: readonly Chunk[]): Promise<LoggedChunk[]> {
    return new Promise((written, failed) => {
      this.#wanted.push({ run, chunks, written, failed });
      if (!this.#writing) void this.#writeAll();
    });
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    while (this.#wanted.length > 0) {
      const wait = this.#began + GATHER_MS - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      this.#began = performance.now();
      await this.#write(this.#wanted.splice(0, CLAIMS_AT_ONCE));
    }
    this.#writing = false;
  }

  /** Does not throw: each of them is told. */
  async #write(batch: readonly Wanted[]): Promise<void> {
    const [only] = batch;
    if (only && batch.length === 1) return this.#writeOne(only);
    try {
      const logged = await appendMany({ db: this.#db }, batch);
      batch.forEach((each, i) => {
        const own = logged[i];
        if (own) each.written(own);
        // Its fence does not hold any more, or somebody holds its lock, whom the others need not wait for.
        else void this.#writeOne(each);
      });
    } catch (error) {
      // What one of them has wrong is no matter of the others.
      if (!isUnavailable(error)) for (const each of batch) void this.#writeOne(each);
      else for (const { failed } of batch) failed(error);
    }
  }

  async #writeOne({ run, chunks, written, failed }: Wanted): Promise<void> {
    await append({ db: this.#db }, run, chunks).then(written, failed);
  }
}

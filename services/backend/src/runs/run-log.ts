import type { Chunk } from "@todo/contract";
import { asUser, type Context, type UnitOfWorkDeps } from "../domain/context.ts";
import { append, LeaseLost, type LoggedChunk } from "../domain/end-run.ts";
import type { RunRow } from "../domain/runs.ts";
import { failpoint } from "../failpoint.ts";
import type { Hub } from "./hub.ts";
import type { LogWriter } from "./log-writer.ts";

/** Text is written at once when none was lately, and otherwise collected this long: 25 writes a second at most. */
const COALESCE_MS = 40;

export type RunLogDeps = UnitOfWorkDeps & { hub: Hub; logWriter: LogWriter };

/**
 * Writes one claim's chunks to the run's log, in order. Text is collected for a moment; everything else is committed
 * together with what it tells of, so that the log never says what did not happen, nor the other way round.
 */
export class RunLog {
  readonly #deps: RunLogDeps;
  readonly #run: RunRow;
  #pending: Chunk[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastFlush = Number.NEGATIVE_INFINITY;
  #lastSeq: number;
  #tail: Promise<unknown> = Promise.resolve();
  #failure: { error: unknown } | undefined;

  constructor(deps: RunLogDeps, run: RunRow) {
    this.#deps = deps;
    this.#run = run;
    this.#lastSeq = run.chunkSeq;
  }

  /**
   * Adds a chunk that goes out with the next write. Text asks for one: at once when there was none lately, so that the
   * first word is not held back. A failed write shows in `commit`.
   */
  push(chunk: Chunk): void {
    const last = this.#pending.at(-1);
    if (chunk.type === "text-delta" && last?.type === "text-delta" && last.id === chunk.id) {
      this.#pending[this.#pending.length - 1] = { ...last, delta: last.delta + chunk.delta };
    } else {
      this.#pending.push(chunk);
    }
    if (chunk.type !== "text-delta" || this.#timer) return;
    const now = performance.now();
    const wait = this.#lastFlush + COALESCE_MS - now;
    if (wait > 0) {
      this.#timer = setTimeout(() => this.#flush(), wait);
    } else {
      this.#lastFlush = now;
      this.#flush();
    }
  }

  /**
   * Commits what is pending, then the chunks that `work` returns, together with what `work` does, and publishes them.
   * @throws LeaseLost when this claim is over; nothing of this call is written then
   */
  async commit<T>(work: (ctx: Context) => Promise<{ chunks: Chunk[]; value: T }>): Promise<T> {
    return this.#transact(false, async (ctx, pending) => {
      // Also takes the run's lock and checks the fence before `work` does anything.
      const before = await append(ctx, this.#run, pending);
      const { chunks, value } = await work(ctx);
      const after = chunks.length > 0 ? await append(ctx, this.#run, chunks) : [];
      return { value, logged: [...before, ...after] };
    });
  }

  /**
   * Ends the claim: `work` gets the chunks still pending and returns all that it logged. Unlike `commit` it is tried
   * even after a write has failed.
   */
  async end(work: (ctx: Context, pending: Chunk[]) => Promise<LoggedChunk[]>): Promise<void> {
    const last = async (ctx: Context, pending: Chunk[]) => ({ value: undefined, logged: await work(ctx, pending) });
    await this.#transact(true, last);
  }

  /** Writes text, outside of any transaction: only the claim itself is asked for, which no user can name. */
  #flush(): void {
    this.#timer = undefined;
    this.#enqueue(false, async (pending) => {
      if (pending.length === 0) return { value: undefined, logged: [] };
      failpoint("chunk:before");
      const logged = await this.#deps.logWriter.append(this.#run, pending);
      return { value: undefined, logged: this.#followingOn(logged) };
    }).then(
      () => failpoint("chunk:after"),
      (error: unknown) => {
        this.#failure ??= { error };
      },
    );
  }

  /** Writes in a transaction of the run's user, after all that was to be written before. */
  #transact<T>(
    final: boolean,
    work: (ctx: Context, pending: Chunk[]) => Promise<{ value: T; logged: LoggedChunk[] }>,
  ): Promise<T> {
    return this.#enqueue(final, (pending) =>
      asUser(this.#deps, this.#run.userId, async (ctx) => {
        const { value, logged } = await work(ctx, pending);
        return { value, logged: this.#followingOn(logged) };
      }),
    );
  }

  #enqueue<T>(final: boolean, write: (pending: Chunk[]) => Promise<{ value: T; logged: LoggedChunk[] }>): Promise<T> {
    const turn = this.#tail.then(async () => {
      if (this.#failure && !final) throw this.#failure.error;
      clearTimeout(this.#timer);
      this.#timer = undefined;
      const pending = this.#pending;
      this.#pending = [];
      this.#lastFlush = performance.now();
      try {
        const { value, logged } = await write(pending);
        this.#lastSeq = logged.at(-1)?.seq ?? this.#lastSeq;
        this.#publish(logged);
        return value;
      } catch (error) {
        // They were not written; a tool's refusal, say, must not lose the text before it.
        this.#pending = [...pending, ...this.#pending];
        throw error;
      }
    });
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  #publish(logged: LoggedChunk[]): void {
    if (logged.length > 0) this.#deps.hub.publishChunks(this.#run.id, logged);
  }

  /**
   * Lets through what comes after all that this claim has written. A database that does not wait for its disk, or was
   * failed over, may have lost its last moments unnoticed: then the claim is given up, and the next tells its step anew.
   */
  #followingOn(logged: LoggedChunk[]): LoggedChunk[] {
    const [first] = logged;
    if (first && first.seq <= this.#lastSeq) throw new LeaseLost();
    return logged;
  }
}

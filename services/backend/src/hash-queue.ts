import { AppError } from "./domain/app-error.ts";
import { noticeFault } from "./faults.ts";

export type HashQueueOptions = {
  /** How many pieces of work are done at once. */
  atOnce: number;
  /** How many more may wait for their turn. */
  waiting: number;
  /** Seconds after which who was refused may try again. */
  retryAfter: number;
};

/** Does work that is dear a few pieces at a time, the first come first; who comes when the line is full is refused. */
export class HashQueue {
  readonly #options: HashQueueOptions;
  readonly #line: (() => void)[] = [];
  #running = 0;

  constructor(options: HashQueueOptions) {
    this.#options = options;
  }

  /** @throws AppError `rate_limited` when the line is full */
  assertRoom(): void {
    const { atOnce, waiting, retryAfter } = this.#options;
    if (this.#running < atOnce || this.#line.length < waiting) return;
    const message = `Too many passwords are being checked right now. Try again in ${retryAfter} seconds.`;
    const refusal = new AppError("rate_limited", message, { retryAfter });
    noticeFault(refusal);
    throw refusal;
  }

  /** Gives what `work` gives. @throws AppError `rate_limited` when the line is full, and what `work` throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.assertRoom();
    // Who leaves hands its turn to the first in the line.
    if (this.#running < this.#options.atOnce) this.#running++;
    else await new Promise<void>((resolve) => this.#line.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#line.shift();
      if (next) next();
      else this.#running--;
    }
  }
}

import type { ModelRequest } from "@openai/agents";
import type { Reservation } from "../domain/token-budget.ts";
import { RunFault } from "../runs/run-fault.ts";
import { type AnswerLimits, CHARACTERS_PER_TOKEN, textsOf } from "./answer-meter.ts";
import type { StreamEvent } from "./model-stream.ts";

/** Sets tokens aside: as many of these as are left, the largest first; undefined when there are not even the last. */
export type Reserve = (amounts: readonly number[]) => Promise<Reservation | undefined>;

/** What an answer may hold where that much of a day's tokens is left; less when it runs out. */
const LESS = [131_072, 16_384, 2_048];
/** From here on the model itself is told how long its answer may be: what it thinks unseen shows only at the end. */
const TELL_FROM = 16_384;

/**
 * Pays for an answer's requests, one after the other. Before each, as many tokens are set aside as it can use at most, a
 * token having one byte at least; an answer that grows beyond that is ended. Afterwards it counts what the server says
 * was used. Of a request that broke off nobody knows that, so it counts in full, unless nothing came at all.
 */
export class Spending {
  readonly #reserve: Reserve;
  readonly #onError: (error: unknown) => void;
  readonly #amounts: readonly number[];
  #request: { reservation: Reservation; inputBytes: number; outputBytes: number; used: number } | undefined;
  #settled: Promise<void> = Promise.resolve();

  /** `onError`: told when it could not be counted what was used; what was set aside then stays so. */
  constructor(reserve: Reserve, answerLimits: AnswerLimits, onError: (error: unknown) => void) {
    this.#reserve = reserve;
    this.#onError = onError;
    this.#amounts = [answerLimits.bytes, ...LESS.filter((bytes) => bytes < answerLimits.bytes)];
  }

  /** Sets tokens aside for the request, and gives it as it may be sent. @throws RunFault `token_limit` */
  async begin(request: ModelRequest): Promise<ModelRequest> {
    await this.#settled;
    const { systemInstructions, input, tools } = request;
    const inputBytes = Buffer.byteLength(JSON.stringify([systemInstructions, input, tools]));
    const reservation = await this.#reserve(this.#amounts.map((bytes) => inputBytes + bytes));
    if (!reservation) throw new RunFault("token_limit", "Not enough of the day's tokens is left for a request.");
    this.#request = { reservation, inputBytes, outputBytes: 0, used: 0 };
    const left = reservation.tokens - inputBytes;
    if (left > TELL_FROM) return request;
    return { ...request, modelSettings: { ...request.modelSettings, maxTokens: left } };
  }

  /** Takes in one more event of the answer. @throws RunFault `token_limit` when it is longer than was set aside for */
  read(event: StreamEvent): void {
    const request = this.#request;
    if (!request || event.type === "response_started") return;
    if (event.type === "response_done") {
      const { usage, output } = event.response;
      const bytes = request.inputBytes + Buffer.byteLength(JSON.stringify(output));
      request.used = usage.inputTokens + usage.outputTokens || Math.ceil(bytes / CHARACTERS_PER_TOKEN);
      return;
    }
    for (const text of textsOf(event)) request.outputBytes += Buffer.byteLength(text);
    request.used = request.inputBytes + request.outputBytes;
    if (request.used <= request.reservation.tokens) return;
    throw new RunFault("token_limit", "The answer is longer than what is left of the day's tokens.");
  }

  /** Counts what the request has used. */
  end(): void {
    if (!this.#request) return;
    const { reservation, used } = this.#request;
    this.#request = undefined;
    this.#settled = reservation.settle(used).catch(this.#onError);
  }
}

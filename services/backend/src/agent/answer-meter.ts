import { limits } from "@todo/contract";
import { z } from "zod";
import { RunFault } from "../runs/run-fault.ts";
import type { Done, StreamEvent } from "./model-stream.ts";

/** What an answer may hold at most, all turns together. */
export type AnswerLimits = {
  /** Of UTF-8, in all that the model says, thinks and calls tools with. */
  bytes: number;
  /** As the server counts them, and as long as it does not, a quarter of the characters. */
  tokens: number;
  /** The events in which it comes. */
  chunks: number;
};

type Output = readonly { type?: unknown }[];
type Turn = { output: Output; usage: { outputTokens: number } };

/**
 * Measures an answer of the model while it comes in, so that one that has no measure is refused before it is collected,
 * stored or given to the SDK, which compares each call of a turn with each other.
 *
 * What is too much ends the run, and the user is told; of a turn with too many calls none is done. Its model is not asked
 * for less instead: no sensible answer needs so many, so it would be asked again, at the user's cost, until the turns run
 * out. An answer without end keeps what it has said until then.
 */
export class AnswerMeter {
  readonly #limits: AnswerLimits;
  /** Of the turns that are over. */
  #bytes = 0;
  #tokens = 0;
  /** Of the whole answer; text comes twice, as the provider's own event and as the SDK's, if it has its own. */
  #chunks = { provider: 0, text: 0 };
  #turn = newTurn();

  constructor(answerLimits: AnswerLimits) {
    this.#limits = answerLimits;
  }

  /** Begins a turn that the model is asked for. @throws RunFault `answer_limit` when nothing is left for it */
  begin(): void {
    this.#assertWithin();
  }

  /** Takes in one more event of the turn. @throws RunFault `answer_limit`, `call_limit` */
  read(event: StreamEvent): void {
    if (event.type === "response_done") {
      this.end(event.response);
      return;
    }
    if (event.type === "output_text_delta") {
      this.#chunks.text++;
      this.#take(event.delta);
    }
    if (event.type === "model") {
      this.#chunks.provider++;
      const { calls, texts } = readProviderEvent(event.event);
      for (const call of calls) {
        this.#turn.calls.add(call);
        assertFew(this.#turn.calls.size);
      }
      for (const text of texts) this.#take(text);
    }
    this.#assertWithin();
  }

  /** Takes in a whole turn, and begins the next. @throws RunFault `answer_limit` when it is over by itself, `call_limit` */
  end({ output, usage }: Turn | Done["response"]): void {
    assertFew(output.filter(({ type }) => isCall(type)).length);
    // Some servers send all of it only at the end.
    const whole = JSON.stringify(output);
    this.#bytes += Math.max(this.#turn.bytes, Buffer.byteLength(whole));
    const estimate = Math.max(this.#turn.characters, whole.length) / CHARACTERS_PER_TOKEN;
    this.#turn = newTurn();
    this.#assertWithin();
    this.#tokens += usage.outputTokens > 0 ? usage.outputTokens : estimate;
  }

  #take(text: string): void {
    this.#turn.bytes += Buffer.byteLength(text);
    this.#turn.characters += text.length;
  }

  #assertWithin(): void {
    const { bytes, characters } = this.#turn;
    const total = {
      bytes: this.#bytes + bytes,
      tokens: this.#tokens + characters / CHARACTERS_PER_TOKEN,
      chunks: Math.max(this.#chunks.provider, this.#chunks.text),
    };
    for (const unit of UNITS) {
      if (total[unit] <= this.#limits[unit]) continue;
      throw new RunFault("answer_limit", `The model's answer has more than ${this.#limits[unit]} ${unit}.`);
    }
  }
}

const UNITS = ["bytes", "tokens", "chunks"] as const;
export const CHARACTERS_PER_TOKEN = 4;

function newTurn() {
  /** `calls`: those that have begun, by how the provider tells them apart. */
  return { bytes: 0, characters: 0, calls: new Set<unknown>() };
}

function assertFew(calls: number): void {
  if (calls <= limits.run.callsPerTurn) return;
  throw new RunFault("call_limit", `The model made more than ${limits.run.callsPerTurn} calls in one turn.`);
}

const callSchema = z.object({ index: z.unknown(), function: z.object({ arguments: z.string().nullish() }).nullish() });
/** A piece of Chat Completions. Its text comes as an event of its own. */
const deltaSchema = z.looseObject({ content: z.unknown().optional(), tool_calls: z.array(callSchema).nullish() });
const chatSchema = z.object({ choices: z.array(z.object({ delta: deltaSchema.nullish() })) });
/** The events of Responses that begin an item, or hold a piece of one. */
const itemSchema = z.object({
  type: z.literal("response.output_item.added"),
  output_index: z.unknown(),
  item: z.object({ type: z.string() }),
});
const pieceSchema = z.object({ type: z.string(), delta: z.string() });

/** What an event holds of the answer: what the model says, thinks and calls tools with. */
export function textsOf(event: StreamEvent): string[] {
  if (event.type === "output_text_delta") return [event.delta];
  return event.type === "model" ? readProviderEvent(event.event).texts : [];
}

/** What tells the calls apart that a provider's own event speaks of, and what it holds besides the answer's text. */
function readProviderEvent(event: unknown): { calls: unknown[]; texts: string[] } {
  const chat = chatSchema.safeParse(event).data;
  if (chat) {
    const deltas = chat.choices.flatMap(({ delta }) => (delta ? [delta] : []));
    const pieces = deltas.flatMap(({ tool_calls }) => tool_calls ?? []);
    const others = deltas.flatMap(({ content: _, tool_calls: __, ...rest }) => Object.values(rest));
    const texts = [...pieces.map((call) => call.function?.arguments), ...others].filter(isText);
    return { calls: pieces.map(({ index }) => index), texts };
  }
  const added = itemSchema.safeParse(event).data;
  if (added) return { calls: isCall(added.item.type) ? [added.output_index] : [], texts: [] };
  const piece = pieceSchema.safeParse(event).data;
  return { calls: [], texts: piece && piece.type !== "response.output_text.delta" ? [piece.delta] : [] };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Providers have several kinds of calls, and the next release of the SDK may know another. */
function isCall(type: unknown): boolean {
  return type !== "message" && type !== "reasoning";
}

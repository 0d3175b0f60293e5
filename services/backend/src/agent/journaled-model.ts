import type { Model, ModelRequest, ModelResponse } from "@openai/agents";
import { protocol, Usage } from "@openai/agents";
import { type Chunk, withoutHidden } from "@todo/contract";
import type { JournaledResponse } from "../domain/run-log.ts";
import { findOperation } from "../operations/index.ts";
import { storeTurn } from "../runs/journal.ts";
import { RunFault } from "../runs/run-fault.ts";
import type { RunLog } from "../runs/run-log.ts";
import { type AnswerLimits, AnswerMeter } from "./answer-meter.ts";
import { mendOutput, textIn } from "./mend-output.ts";
import { type Done, type StreamEvent, streamModel } from "./model-stream.ts";
import type { Spending } from "./spending.ts";
import { storable } from "./storable.ts";

export type JournaledModelOptions = {
  run: { id: string; userId: string };
  log: RunLog;
  /** The model's answers of earlier attempts, first turn first. */
  journal: readonly JournaledResponse[];
  /** Whether the log has begun to tell the first turn that is not in the journal. */
  stepBegun: boolean;
  /** What the answer may hold at most. */
  answerLimits: AnswerLimits;
  /** What pays for the requests; undefined when they cost nothing, or as much as they like. */
  spending: Spending | undefined;
  /** Longest silence of the model in milliseconds. */
  silenceMs: number;
  /** And before its first sign. */
  firstMs: number;
  /** Told of each turn's output, played back or new, before any of its tools is looked at. */
  onTurn: (output: readonly unknown[]) => void;
};

/**
 * A model whose answers are written down before anything is done about them. A turn that is in the journal is played
 * back from it, with no request: so a run that died goes on with the very calls that it had made. A new turn is
 * streamed to the log; its end and its journal entry are one commit.
 */
export class JournaledModel implements Model {
  readonly #inner: Model;
  readonly #options: JournaledModelOptions;
  readonly #callIds = new Set<string>();
  readonly #meter: AnswerMeter;
  #turn = 0;

  constructor(inner: Model, options: JournaledModelOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#meter = new AnswerMeter(options.answerLimits);
  }

  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    for await (const event of this.getStreamedResponse(request)) {
      if (event.type === "response_done") {
        const { usage, output, id } = event.response;
        return { usage: new Usage(usage), output, responseId: id };
      }
    }
    throw new RunFault("model_cut_off", "The model's stream ended early.");
  }

  async *getStreamedResponse(request: ModelRequest): AsyncIterable<StreamEvent> {
    const { journal } = this.#options;
    const turn = ++this.#turn;
    const stored = journal[turn - 1];
    if (stored) {
      this.#meter.end(stored);
      for (const { callId } of stored.output) if (typeof callId === "string") this.#callIds.add(callId);
      this.#options.onTurn(stored.output);
      yield toEvent(stored);
      return;
    }
    this.#meter.begin();
    const { spending } = this.#options;
    const paid = spending ? await spending.begin(request) : request;
    try {
      yield* this.#ask(turn, paid);
    } finally {
      spending?.end();
    }
  }

  /** A turn that the model is asked for. */
  async *#ask(turn: number, request: ModelRequest): AsyncIterable<StreamEvent> {
    const { log, silenceMs, firstMs, spending, onTurn } = this.#options;
    this.#beginStep(turn);
    const text = new TextChunks(log, turn);
    for await (const event of streamModel(this.#inner, request, { firstMs, silenceMs })) {
      this.#meter.read(event);
      spending?.read(event);
      if (event.type === "response_done") {
        const output = mendOutput(event.response.output, this.#callIds, turn);
        const whole = { ...event, response: { ...event.response, output } };
        await this.#store(turn, whole, text);
        onTurn(output);
        yield whole;
        return;
      }
      if (event.type === "output_text_delta") text.add(event.delta);
      yield event;
    }
    throw new RunFault("model_cut_off", "The model's stream ended without an end.");
  }

  #beginStep(turn: number): void {
    const { log, journal, stepBegun } = this.#options;
    if (stepBegun && turn === journal.length + 1) return;
    if (turn > 1) log.push({ type: "finish-step" });
    log.push({ type: "start-step" });
  }

  async #store(turn: number, event: Done, text: TextChunks): Promise<void> {
    const chunks = [...text.end(textIn(event.response.output)), ...callsOf(event)];
    await storeTurn(this.#options, turn, toJournal(event), chunks);
  }
}

/** The text of one turn as chunks. */
class TextChunks {
  readonly #log: RunLog;
  readonly #id: string;
  #any = false;
  /** The first half of a character whose second half is in the next delta. */
  #half = "";

  constructor(log: RunLog, turn: number) {
    this.#log = log;
    this.#id = `text-${turn}`;
  }

  add(raw: string): void {
    const text = this.#half + raw;
    this.#half = /[\uD800-\uDBFF]$/.exec(text)?.[0] ?? "";
    // PostgreSQL stores neither NUL, which nobody sees either, nor half characters.
    const delta = withoutHidden(text.slice(0, text.length - this.#half.length).toWellFormed());
    if (delta === "") return;
    if (!this.#any) this.#log.push({ type: "text-start", id: this.#id });
    this.#any = true;
    this.#log.push({ type: "text-delta", id: this.#id, delta });
  }

  /** Some servers send the text only whole, at the end. */
  end(whole: string): Chunk[] {
    if (!this.#any) this.add(whole);
    return this.#any ? [{ type: "text-end", id: this.#id }] : [];
  }
}

/** The tool calls as chunks. @throws RunFault when one names no tool of ours or its arguments are no JSON object */
function callsOf(event: Done): Chunk[] {
  const seen = new Set<string>();
  return event.response.output.flatMap((item): Chunk[] => {
    if (item.type !== "function_call") return [];
    if (!findOperation(item.name) || seen.has(item.callId)) {
      throw new RunFault("model_broken_tool_call", `The model called ${item.name}, or one call twice.`);
    }
    seen.add(item.callId);
    const input = storable(parseObject(item.arguments));
    return [{ type: "tool-input-available", toolCallId: item.callId, toolName: item.name, input, dynamic: true }];
  });
}

function parseObject(json: string): object {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new RunFault("model_broken_tool_call", "The model's tool arguments are no JSON.", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RunFault("model_broken_tool_call", "The model's tool arguments are no object.");
  }
  return value;
}

function toJournal(event: Done): JournaledResponse {
  const { id, usage, output } = event.response;
  const { inputTokens, outputTokens, totalTokens } = usage;
  return { id, usage: { inputTokens, outputTokens, totalTokens }, output };
}

function toEvent(stored: JournaledResponse): StreamEvent {
  return protocol.StreamEventResponseCompleted.parse({ type: "response_done", response: stored });
}

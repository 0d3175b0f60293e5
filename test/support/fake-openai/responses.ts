import {
  type Answer,
  type CallWithId,
  callsOf,
  errorBody,
  type Piece,
  piecesOf,
  slices,
  type TurnContext,
} from "./turn.ts";

/** Streams an answer as the Responses API does. False when the client has left before its end. */
export async function streamResponses(answer: Answer, ctx: TurnContext): Promise<boolean> {
  const stream = new ResponseStream(ctx);
  const { ending = "complete" } = answer;
  stream.tell("response.created", { response: stream.response("in_progress") });
  stream.tell("response.in_progress", { response: stream.response("in_progress") });
  if (answer.reasoning !== undefined) stream.reason(answer.reasoning);
  const pieces = piecesOf(answer);
  // An answer that ends well may still lack its text so far: then it comes in the last events alone.
  if (pieces.length > 0 && !(await stream.say(pieces, answer.deltas !== false, ending === "complete"))) return false;
  if (answer.refusal !== undefined) stream.refuse(answer.refusal);
  for (const call of callsOf(answer, ctx.number)) stream.call(call, ending !== "cut" && ending !== "early");
  const usage = answer.usage === false ? null : USAGE;
  if (ending === "error") {
    const { error } = errorBody(500, "The engine is overloaded.");
    stream.tell("response.failed", { response: { ...stream.response("failed"), error } });
  }
  if (ending === "length") {
    const details = { incomplete_details: { reason: "max_output_tokens" } };
    stream.tell("response.incomplete", { response: { ...stream.response("incomplete"), ...details, usage } });
  }
  if (ending === "complete")
    stream.tell("response.completed", { response: { ...stream.response("completed"), usage } });
  return true;
}

class ResponseStream {
  readonly #ctx: TurnContext;
  readonly #output: object[] = [];
  #sequence = 0;

  constructor(ctx: TurnContext) {
    this.#ctx = ctx;
  }

  tell(type: string, fields: object): void {
    this.#ctx.send({ type, sequence_number: this.#sequence++, ...fields }, type);
  }

  response(status: string): object {
    const { number, model } = this.#ctx;
    const head = { id: `resp_${number}`, object: "response", created_at: 1_700_000_000, model, status };
    return { ...head, error: null, incomplete_details: null, output: [...this.#output], parallel_tool_calls: true };
  }

  /** Without `encrypted_content` this item means nothing to a provider that stores nothing. */
  reason(content: string): void {
    const encrypted = this.#ctx.encryptedReasoning ? { encrypted_content: `encrypted(${content})` } : {};
    const item = { type: "reasoning", id: this.#id("rs"), summary: [], ...encrypted };
    this.#item(item);
  }

  async say(pieces: readonly Piece[], deltas: boolean, toItsEnd: boolean): Promise<boolean> {
    const item = { type: "message", id: this.#id("msg"), role: "assistant" };
    const at = this.#at(item.id);
    const part = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });
    this.tell("response.output_item.added", {
      output_index: at.output_index,
      item: { ...item, status: "in_progress", content: [] },
    });
    this.tell("response.content_part.added", { ...at, content_index: 0, part: part("") });
    let text = "";
    for (const piece of pieces) {
      if (typeof piece !== "string") {
        if (!(await this.#ctx.wait(piece))) return false;
        continue;
      }
      text += piece;
      if (deltas) this.tell("response.output_text.delta", { ...at, content_index: 0, delta: piece, logprobs: [] });
    }
    if (!toItsEnd) return true;
    this.tell("response.output_text.done", { ...at, content_index: 0, text, logprobs: [] });
    this.tell("response.content_part.done", { ...at, content_index: 0, part: part(text) });
    this.#done({ ...item, status: "completed", content: [part(text)] });
    return true;
  }

  refuse(refusal: string): void {
    const item = { type: "message", id: this.#id("msg"), role: "assistant", status: "completed" };
    const at = this.#at(item.id);
    this.tell("response.output_item.added", { output_index: at.output_index, item: { ...item, content: [] } });
    this.tell("response.refusal.delta", { ...at, content_index: 0, delta: refusal });
    this.tell("response.refusal.done", { ...at, content_index: 0, refusal });
    this.#done({ ...item, content: [{ type: "refusal", refusal }] });
  }

  call({ name, args, id }: CallWithId, toItsEnd: boolean): void {
    const item = { type: "function_call", id: this.#id("fc"), call_id: id, name };
    const at = this.#at(item.id);
    this.tell("response.output_item.added", {
      output_index: at.output_index,
      item: { ...item, status: "in_progress", arguments: "" },
    });
    for (const delta of slices(args)) this.tell("response.function_call_arguments.delta", { ...at, delta });
    if (!toItsEnd) return;
    this.tell("response.function_call_arguments.done", { ...at, name, arguments: args });
    this.#done({ ...item, status: "completed", arguments: args });
  }

  #item(item: { id: string; type: string }): void {
    this.tell("response.output_item.added", { output_index: this.#at(item.id).output_index, item });
    this.#done(item);
  }

  #done(item: object): void {
    this.tell("response.output_item.done", { output_index: this.#output.length, item });
    this.#output.push(item);
  }

  #id(prefix: string): string {
    return `${prefix}_${this.#ctx.number}_${this.#output.length + 1}`;
  }

  #at(itemId: string): { item_id: string; output_index: number } {
    return { item_id: itemId, output_index: this.#output.length };
  }
}

const USAGE = {
  input_tokens: 120,
  input_tokens_details: { cached_tokens: 100 },
  output_tokens: 12,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 132,
};

import type { Model, ModelRequest, ModelResponse } from "@openai/agents";
import { protocol } from "@openai/agents";
import { assistantMessage } from "@openai/agents/testing";
import { USER_SAYS } from "../src/agent/instructions.ts";

export type Output = ModelResponse["output"];
type Event = ReturnType<Model["getStreamedResponse"]> extends AsyncIterable<infer E> ? E : never;

/** What the user said last, and how many answers of this run the model has given before. */
export type Asked = { said: string; turn: number; request: ModelRequest };

/** A model that answers by what it is asked, for as many conversations and users as there are. */
export function answering(answer: (asked: Asked) => Output | Promise<Output>): Model {
  return {
    async getResponse(): Promise<ModelResponse> {
      throw new Error("only streamed here");
    },
    async *getStreamedResponse(request: ModelRequest): AsyncIterable<Event> {
      yield { type: "response_started" };
      yield whole(await answer(read(request)));
    },
  };
}

/** The last event of a streamed answer. */
export function whole(output: Output): Event {
  const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
  const response = { id: "response", usage, output };
  return protocol.StreamEventResponseCompleted.parse({ type: "response_done", response });
}

export function says(text: string): Output {
  return [assistantMessage(text)];
}

/** The user's own words in a message to a model. */
export function wordsOf(content: string): string {
  return content.slice(content.indexOf(USER_SAYS) + USER_SAYS.length);
}

function read(request: ModelRequest): Asked {
  const items = typeof request.input === "string" ? [] : request.input;
  const asked = items.findLastIndex((item) => "role" in item && item.role === "user");
  const item = items[asked];
  const content = item && "content" in item ? item.content : "";
  // Turns without calls end a run, so each turn before this one has made some; calls of one turn come together.
  const types = items.slice(asked).map((later) => later.type);
  const turn = types.filter((type, i) => type === "function_call" && types[i - 1] !== "function_call").length;
  return { said: typeof content === "string" ? wordsOf(content) : "", turn, request };
}

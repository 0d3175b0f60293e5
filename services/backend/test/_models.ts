import type { Model, ModelRequest, ModelResponse } from "@openai/agents";
import { Usage } from "@openai/agents";

/** Something to wait for until the test opens it. */
export function gate(): { open: () => void; opened: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { open: resolve, opened: promise };
}

type Event = ReturnType<Model["getStreamedResponse"]> extends AsyncIterable<infer E> ? E : never;

/** A model that says the first piece at once, and the rest once the gate is open. */
export function slowText(pieces: readonly string[], hold: { opened: Promise<void> }): Model {
  return {
    async getResponse(): Promise<ModelResponse> {
      throw new Error("only streamed here");
    },
    async *getStreamedResponse(request: ModelRequest): AsyncIterable<Event> {
      yield { type: "response_started" };
      for (const [i, delta] of pieces.entries()) {
        if (i > 0 || pieces.length === 1) await Promise.race([hold.opened, aborted(request.signal)]);
        yield { type: "output_text_delta", delta };
      }
      yield done(pieces.join(""));
    },
  };
}

/** The last event of a streamed answer that is one text. */
export function done(text: string): Event {
  const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
  const content = [{ type: "output_text" as const, text }];
  const output = [{ type: "message" as const, role: "assistant" as const, status: "completed" as const, content }];
  return { type: "response_done", response: { id: "response", usage: new Usage(usage), output } };
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
}

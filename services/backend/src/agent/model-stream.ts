import type { Model, ModelRequest } from "@openai/agents";
import { RunFault } from "../runs/run-fault.ts";
import { atMost } from "./at-most.ts";

export type StreamEvent = ReturnType<Model["getStreamedResponse"]> extends AsyncIterable<infer E> ? E : never;
/** The event that ends a turn and holds all of it. */
export type Done = Extract<StreamEvent, { type: "response_done" }>;

/**
 * The model's events. Whatever it throws becomes a fault of the model, so that its refused connection is not taken for
 * the database's. The request is aborted when the model is silent for `silenceMs`, before its first sign for `firstMs`, and
 * when nobody reads on.
 * @throws RunFault
 */
export async function* streamModel(
  model: Model,
  request: ModelRequest,
  { firstMs, silenceMs }: { firstMs: number; silenceMs: number },
): AsyncIterable<StreamEvent> {
  let patience = firstMs;
  const left = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, left.signal]) : left.signal;
  const events = model.getStreamedResponse({ ...request, signal })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await atMost(events.next(), patience).catch(async (error: unknown) => {
        throw await asFault(error);
      });
      if (next === undefined) throw new RunFault("model_silent", `No sign of the model for ${patience} ms.`);
      // Some clients end an aborted stream as if it were whole.
      request.signal?.throwIfAborted();
      if (next.done) return;
      patience = silenceMs;
      yield next.value;
    }
  } finally {
    left.abort();
    // Not awaited: a model that hangs would never answer.
    void events.return?.()?.catch(() => undefined);
  }
}

async function asFault(error: unknown): Promise<RunFault> {
  if (error instanceof RunFault) return error;
  const { classify } = await import("./model-errors.ts");
  return new RunFault(classify(error), "The model failed.", { cause: error });
}

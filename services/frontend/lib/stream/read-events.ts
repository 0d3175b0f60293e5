import { createParser, type EventSourceMessage } from "eventsource-parser";

/** A stream said nothing for too long, not even a heartbeat: the connection is taken for dead. */
export class SilentStreamError extends TypeError {
  override readonly name = "SilentStreamError";
}

/**
 * The events of a server-sent event stream, as they come. Ends where the stream ends; an event that was cut off is not
 * given. Throws when the stream breaks, or is silent for `silentAfterMs`.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  silentAfterMs: number,
  signal: AbortSignal,
): AsyncGenerator<EventSourceMessage, void> {
  const arrived: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => arrived.push(event) });
  const decoder = new TextDecoder();
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", leave);
  try {
    for (;;) {
      const { done, value } = await withinTime(reader.read(), silentAfterMs);
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      yield* arrived.splice(0);
    }
  } finally {
    // Whoever stops listening also lets go of the connection.
    signal.removeEventListener("abort", leave);
    leave();
  }
}

async function withinTime<T>(result: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SilentStreamError("the stream is silent")), ms);
  });
  try {
    return await Promise.race([result, silence]);
  } finally {
    clearTimeout(timer);
  }
}

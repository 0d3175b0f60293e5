import type { Chunk } from "@todo/contract/message";

/** Test helper: a server's event stream that gives these texts, then ends, breaks off, or stays silent. */
export function eventStream(texts: string[], end: "close" | "break" | "silence" = "close"): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const text = texts.shift();
      if (text !== undefined) controller.enqueue(encoder.encode(text));
      else if (end === "close") controller.close();
      else if (end === "break") controller.error(new TypeError("network error"));
      else return new Promise(() => {});
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** Test helper: one event with its id. */
export function event(id: number, chunk: Chunk): string {
  return `id: ${id}\ndata: ${JSON.stringify(chunk)}\n\n`;
}

/** Test helper: a server's event stream that gives what the test says, when it says so. */
export function liveStream(): { response: Response; tell: (...texts: string[]) => void } {
  const encoder = new TextEncoder();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  return {
    response: new Response(readable, { headers: { "content-type": "text/event-stream" } }),
    tell: (...texts) => void writer.write(encoder.encode(texts.join(""))),
  };
}

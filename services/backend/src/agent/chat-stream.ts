import { createParser } from "eventsource-parser";
import { atMost } from "./at-most.ts";
import { ChatMender, chunksOf, isObject } from "./chat-mender.ts";

/** How long a stream may stay open in silence once it has said why it ends: some servers never close it. */
const LINGER_MS = 1_000;
/** Says that the server is still at it: a comment of its stream reaches the client only so. */
const SIGN_OF_LIFE = { id: "", object: "chat.completion.chunk", created: 0, model: "", choices: [] };
const DONE = "[DONE]";

/** Sends requests for Chat Completions, and hands on each answer in the form that the client expects (`ChatMender`). */
export function withMendedChat(send: typeof fetch): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    if (!response.ok || !response.body) return response;
    const { status, statusText } = response;
    const headers = new Headers(response.headers);
    const isWhole = /\bjson\b/i.test(headers.get("content-type") ?? "");
    headers.delete("content-length");
    headers.set("content-type", "text/event-stream");
    const lines = isWhole ? wholeAnswer(await response.text()) : mended(response.body);
    const body = ReadableStream.from(lines).pipeThrough(new TextEncoderStream());
    return new Response(body, { status, statusText, headers });
  };
}

/** A completion that came as one piece of JSON though a stream was asked for. */
async function* wholeAnswer(json: string): AsyncIterable<string> {
  const answer: unknown = JSON.parse(json);
  const mender = new ChatMender();
  const chunks =
    isObject(answer) && "choices" in answer ? chunksOf(answer).map((chunk) => mender.mend(chunk)) : [answer];
  for (const chunk of chunks) yield line(JSON.stringify(chunk));
  yield line(DONE);
}

async function* mended(body: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const mender = new ChatMender();
  const lines: string[] = [];
  let over = false;
  const parser = createParser({
    onComment: () => lines.push(line(JSON.stringify(SIGN_OF_LIFE))),
    onEvent: ({ data }) => {
      over ||= data === DONE;
      if (data !== DONE) lines.push(line(mendedData(mender, data)));
    },
  });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    while (!over) {
      const next = await (mender.finished ? atMost(reader.read(), LINGER_MS) : reader.read());
      if (next === undefined || next.done) break;
      parser.feed(next.value);
      yield* lines.splice(0);
    }
    if (over && !mender.finished) yield line(JSON.stringify(mender.end()));
    // Without either, the stream was cut off, and its end says nothing.
    if (over || mender.finished) yield line(DONE);
  } finally {
    // Not awaited: a server that hangs would never answer.
    void reader.cancel().catch(() => undefined);
  }
}

function mendedData(mender: ChatMender, data: string): string {
  const chunk: unknown = JSON.parse(data);
  return isObject(chunk) ? JSON.stringify(mender.mend(chunk)) : data;
}

function line(data: string): string {
  return `data: ${data}\n\n`;
}

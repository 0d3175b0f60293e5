import { type AnswerState, type Chunk, emptyAnswer, foldChunk, textOf } from "@todo/contract/message";
import { expect, test, vi } from "vitest";
import { ApiError } from "../api/api-error.ts";
import { event, eventStream } from "./_fake-stream.ts";
import { followRun } from "./follow-run.ts";

const words = ["Zwölf ", "tasks ", "are ", "ready ", "✓"];
const chunks: Chunk[] = [
  { type: "start", messageId: "answer" },
  { type: "start-step" },
  { type: "text-start", id: "t" },
  ...words.map((delta): Chunk => ({ type: "text-delta", id: "t", delta })),
  { type: "text-end", id: "t" },
  { type: "finish", finishReason: "stop" },
];
const told = chunks.map((chunk, i) => event(i + 1, chunk));
const done = "data: [DONE]\n\n";

type Connect = Parameters<typeof followRun>[0]["connect"];

async function follow(connections: (Response | Error)[], options: { silentAfterMs?: number } = {}) {
  let answer: AnswerState = emptyAnswer("");
  const asked: { accepted: boolean; lastEventId: string | null }[] = [];
  const connect = vi.fn<Connect>(async (at) => {
    asked.push({ ...at });
    const next = connections.shift();
    if (next === undefined) throw new Error("asked too often");
    if (next instanceof Error) throw next;
    return next;
  });
  const states: string[] = [];
  const wait = vi.fn(async (_ms: number) => {
    if (wait.mock.calls.length > 20) throw new Error("waited too often");
  });
  const end = followRun({
    connect,
    reject: async (response) => new ApiError(response.status, "x", "no"),
    onChunk: (chunk) => {
      answer = foldChunk(answer, chunk);
    },
    onConnection: (state) => states.push(state),
    signal: new AbortController().signal,
    wait,
    ...options,
  });
  return { end: await end, text: textOf(answer.parts), asked, states, waits: wait.mock.calls.map(([ms]) => ms) };
}

test("reads an answer to its end", async () => {
  const { end, text, states } = await follow([eventStream([...told, done])]);
  expect({ end, text, states }).toEqual({ end: "done", text: words.join(""), states: ["open"] });
});

test("loses and doubles no word, wherever the connection breaks off", async () => {
  const whole = told.join("") + done;
  const bytes = new TextEncoder().encode(whole);
  const eventEnds = told.map((_, i) => new TextEncoder().encode(told.slice(0, i + 1).join("")).length);
  for (let cut = 0; cut < bytes.length; cut += 1) {
    const seen = eventEnds.filter((end) => end <= cut).length;
    const first = new Response(
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes.slice(0, cut));
          controller.close();
        },
      }),
    );
    const { text, asked } = await follow([first, eventStream([...told.slice(seen), done])]);
    expect(text, `cut at ${cut}`).toBe(words.join(""));
    expect(asked[1]?.lastEventId, `cut at ${cut}`).toBe(seen === 0 ? null : String(seen));
  }
});

test("puts together characters that arrive in pieces", async () => {
  const bytes = new TextEncoder().encode(told.join("") + done);
  const single = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect((await follow([new Response(single)])).text).toBe(words.join(""));
});

test("sends the same message again until the server has it, then only listens", async () => {
  const { asked, text } = await follow([
    new TypeError("network"),
    new Response(null, { status: 503 }),
    eventStream(told.slice(0, 4), "break"),
    eventStream([...told.slice(4), done]),
  ]);
  expect(asked.map((at) => at.accepted)).toEqual([false, false, false, true]);
  expect(asked[3]?.lastEventId).toBe("4");
  expect(text).toBe(words.join(""));
});

test("waits longer from failure to failure, and begins anew once something arrived", async () => {
  const { waits } = await follow([
    new TypeError("network"),
    new TypeError("network"),
    new TypeError("network"),
    eventStream(told.slice(0, 4), "break"),
    eventStream([...told.slice(4), done]),
  ]);
  const [first = 0, second = 0, third = 0, fourth = 0] = waits;
  expect(first).toBeLessThanOrEqual(300);
  expect(second).toBeLessThanOrEqual(450);
  expect(third).toBeGreaterThan(330);
  expect(fourth).toBeLessThanOrEqual(300);
});

test("goes elsewhere at once when the server says so", async () => {
  const { waits, asked, states } = await follow([
    eventStream([...told.slice(0, 5), "event: reconnect\ndata: {}\n\n"], "silence"),
    eventStream([...told.slice(5), done]),
  ]);
  expect(waits).toEqual([]);
  expect(asked[1]).toEqual({ accepted: true, lastEventId: "5" });
  expect(states).toEqual(["open", "open"]);
});

test("stays away for a minute when too many others are open, then goes on", async () => {
  const { waits, asked, text } = await follow([
    eventStream([...told.slice(0, 5), "event: closed\ndata: {}\n\n"]),
    eventStream([...told.slice(5), done]),
  ]);
  expect(waits).toEqual([60_000]);
  expect(asked[1]).toEqual({ accepted: true, lastEventId: "5" });
  expect(text).toBe(words.join(""));
});

test("does not run in circles when each server sends it on", async () => {
  const away = () => eventStream(["event: reconnect\ndata: {}\n\n"]);
  const { waits } = await follow([away(), away(), away(), eventStream([...told, done])]);
  expect(waits.length).toBeGreaterThanOrEqual(2);
});

test("takes a silent connection for dead", async () => {
  const { text, asked } = await follow(
    [eventStream(told.slice(0, 4), "silence"), eventStream([...told.slice(4), done])],
    { silentAfterMs: 20 },
  );
  expect(asked).toHaveLength(2);
  expect(text).toBe(words.join(""));
});

test("starts over where the log is told from its beginning", async () => {
  const { text } = await follow([eventStream(told.slice(0, 6), "break"), eventStream([...told, done])]);
  expect(text).toBe(words.join(""));
});

test("204 means that nothing runs, or that it ended meanwhile", async () => {
  expect((await follow([new Response(null, { status: 204 })])).end).toBe("none");
  const cut = [eventStream(told.slice(0, 3), "break"), new Response(null, { status: 204 })];
  expect((await follow(cut)).end).toBe("done");
});

test("a refusal ends it", async () => {
  await expect(follow([new Response(null, { status: 409 })])).rejects.toMatchObject({ status: 409 });
});

test("leaves out kinds of chunks that it does not know", async () => {
  const unknown = `data: {"type":"data-later","data":1}\n\n`;
  const stream = eventStream([...told.slice(0, 5), unknown, ...told.slice(5), done]);
  expect((await follow([stream])).text).toBe(words.join(""));
});

test.each([
  ["the answer has ended", [...told, done]],
  ["the server sends it on", [...told.slice(0, 4), "event: reconnect\ndata: {}\n\n"]],
])("lets go of the connection when %s", async (_, texts) => {
  const cancel = vi.fn();
  const open = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(texts.join(""))),
    cancel,
  });
  await follow([new Response(open), eventStream([...told.slice(4), done])]);
  expect(cancel).toHaveBeenCalledOnce();
});

test("an abort ends it, also while it waits", async () => {
  const abort = new AbortController();
  const following = followRun({
    connect: async () => {
      throw new TypeError("network");
    },
    reject: async () => new Error("unused"),
    onChunk: () => {},
    onConnection: () => setTimeout(() => abort.abort(), 5),
    signal: abort.signal,
  });
  await expect(following).rejects.toMatchObject({ name: "AbortError" });
});

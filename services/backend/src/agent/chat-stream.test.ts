import type { ModelRequest, protocol } from "@openai/agents";
import { describe, expect, it } from "vitest";
import { createOpenAiModel } from "./openai-model.ts";

type Chunk = { content?: string; tool_calls?: unknown[] };

/** The events of a stream: a delta each, and what its last choice says of the end. */
function stream(deltas: readonly Chunk[], end: { reason?: string | null; done?: boolean } = {}): string {
  const { reason = "stop", done = true } = end;
  const event = (delta: Chunk, finish_reason: string | null) =>
    `data: ${JSON.stringify({ id: "1", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const events = deltas.map((delta) => event(delta, reason === "" ? "" : null));
  const last = reason === null || reason === "" ? "" : event({}, reason);
  return `${events.join("")}${last}${done ? "data: [DONE]\n\n" : ""}`;
}

const call = (more: object, fn: object) => ({ tool_calls: [{ type: "function", ...more, function: fn }] });

/** What the SDK makes of a body: the words of the answer and its calls. */
async function answerTo(body: string | ReadableStream<Uint8Array>, type = "text/event-stream") {
  const fetch = async () => new Response(body, { headers: { "content-type": type } });
  const model = createOpenAiModel({
    apiKey: "x",
    baseUrl: "http://127.0.0.1:1/v1",
    name: "m",
    fetch,
    timeoutMs: 1_000,
  });
  const request: ModelRequest = {
    input: "hi",
    modelSettings: {},
    tools: [],
    outputType: "text",
    handoffs: [],
    tracing: false,
  };
  let output: protocol.OutputModelItem[] = [];
  let live = "";
  for await (const event of model.getStreamedResponse(request)) {
    if (event.type === "output_text_delta") live += event.delta;
    if (event.type === "response_done") output = event.response.output;
  }
  const calls = output.flatMap((item) => (item.type === "function_call" ? [[item.name, item.arguments]] : []));
  const text = output.flatMap((item) =>
    item.type === "message" && item.role === "assistant"
      ? item.content.map((part) => ("text" in part ? part.text : ""))
      : [],
  );
  return { text: text.join(""), live, calls };
}

const two = [
  ["add_tasks", '{"a":1}'],
  ["complete_tasks", '{"b":2}'],
];

describe("calls are told apart", () => {
  it.each([
    [
      "all with index 0",
      [
        call({ index: 0, id: "x" }, { name: "add_tasks", arguments: '{"a"' }),
        call({ index: 0, id: "x" }, { arguments: ":1}" }),
        call({ index: 0, id: "y" }, { name: "complete_tasks", arguments: '{"b":2}' }),
      ],
    ],
    [
      "without an index",
      [
        call({ id: "x" }, { name: "add_tasks", arguments: '{"a"' }),
        call({}, { arguments: ":1}" }),
        call({ id: "y" }, { name: "complete_tasks", arguments: '{"b":2}' }),
      ],
    ],
    [
      "with their name in each piece",
      [
        call({ index: 0, id: "x" }, { name: "add_tasks", arguments: '{"a"' }),
        call({ index: 0, id: "x" }, { name: "add_tasks", arguments: ":1}" }),
        call({ index: 1, id: "y" }, { name: "complete_tasks", arguments: '{"b"' }),
        call({ index: 1 }, { name: "complete_tasks", arguments: ":2}" }),
      ],
    ],
    [
      "without ids, their arguments as objects",
      [call({}, { name: "add_tasks", arguments: { a: 1 } }), call({}, { name: "complete_tasks", arguments: { b: 2 } })],
    ],
  ])("%s", async (_, deltas) => {
    expect((await answerTo(stream(deltas, { reason: "tool_calls" }))).calls).toEqual(two);
    expect((await answerTo(stream(deltas))).calls).toEqual(two);
  });

  it("and what has no arguments has an object of none", async () => {
    const none = [
      call({ index: 0, id: "x" }, { name: "undo_changes" }),
      call({ index: 1, id: "y" }, { name: "redo", arguments: "" }),
    ];
    expect((await answerTo(stream(none))).calls).toEqual([
      ["undo_changes", "{}"],
      ["redo", "{}"],
    ]);
  });
});

describe("the end of an answer", () => {
  const said = [{ content: "Half a " }, { content: "sentence." }];

  it("may be told by the stream alone", async () => {
    expect(await answerTo(stream(said, { reason: null }))).toMatchObject({ text: "Half a sentence." });
    const called = [call({ index: 0, id: "x" }, { name: "add_tasks", arguments: '{"a":1}' })];
    expect((await answerTo(stream(called, { reason: null }))).calls).toEqual([two[0]]);
  });

  it.each(["error", "content_filter", "abort", "insufficient_system_resource", "length"])(
    "is a break where the reason is %s",
    async (reason) => {
      await expect(answerTo(stream(said, { reason }))).rejects.toMatchObject({ code: "model_cut_off" });
    },
  );

  it("is a break where the stream just closes, whatever empty reasons it gave", async () => {
    for (const reason of ["", null]) {
      await expect(answerTo(stream(said, { reason, done: false }))).rejects.toMatchObject({ code: "model_cut_off" });
    }
  });

  it("comes though the connection stays open", async () => {
    const open = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(stream(said, { done: false }))),
    });
    expect(await answerTo(open)).toMatchObject({ text: "Half a sentence." });
  });
});

describe("what is not the answer", () => {
  it.each([
    ["in one piece", ["<think>Hm.</think>\n\nWell."]],
    ["in pieces", ["<th", "ink>H", "m. <b", "></thi", "nk>", "\n\nWe", "ll."]],
  ])("is left out: thoughts %s", async (_, pieces) => {
    const { text, live } = await answerTo(stream(pieces.map((content) => ({ content }))));
    expect([text, live]).toEqual(["Well.", "Well."]);
  });

  it.each([["<this> is", " fine"], ["<", "3 you"], ["a <think> b"]])(
    "stays when it is no mark: %s",
    async (...pieces) => {
      expect((await answerTo(stream(pieces.map((content) => ({ content }))))).text).toBe(pieces.join(""));
    },
  );

  it("comes as comments, which are signs of life", async () => {
    expect((await answerTo(`: still loading\n\n${stream([{ content: "Well." }])}`)).text).toBe("Well.");
  });
});

it("reads an answer that came whole in place of a stream", async () => {
  const message = {
    role: "assistant",
    content: null,
    tool_calls: [{ id: "x", type: "function", function: { name: "add_tasks", arguments: '{"a":1}' } }],
  };
  const answer = {
    id: "1",
    object: "chat.completion",
    created: 1,
    model: "m",
    choices: [{ index: 0, message, finish_reason: "tool_calls" }],
  };
  expect((await answerTo(JSON.stringify(answer), "application/json; charset=utf-8")).calls).toEqual([two[0]]);
  const words = {
    ...answer,
    choices: [{ index: 0, message: { role: "assistant", content: "Well." }, finish_reason: "stop" }],
  };
  expect((await answerTo(JSON.stringify(words), "application/json")).text).toBe("Well.");
});

import type { Model } from "@openai/agents";
import { functionCall } from "@openai/agents/testing";
import { limits, textOf } from "@todo/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addTasks } from "../../../test/support/fake-openai/tool-arguments.ts";
import { createModel } from "../src/agent/model.ts";
import { answering, says } from "./_answering.ts";
import { closeAfterTest, readAnswer, signUp, sql, startTestServer } from "./_harness.ts";
import { gate, slowText } from "./_models.ts";
import { begun, runRow, serve } from "./_runs.ts";
import { expectFailed, retry } from "./_wire/fails-and-recovers.ts";
import { apis, startWiredServer, type WiredServer } from "./_wire/start-wired-server.ts";

type Event = ReturnType<Model["getStreamedResponse"]> extends AsyncIterable<infer E> ? E : never;

/** A model that answers some by one model, and the rest by another. */
function either(isFirst: (said: string) => boolean, first: Model, rest: Model): Model {
  return {
    getResponse: rest.getResponse,
    getStreamedResponse: (request) =>
      (isFirst(JSON.stringify(request.input)) ? first : rest).getStreamedResponse(request),
  };
}

const attacks = (said: string) => said.includes("attack");

describe("a model that makes 1,000 calls in one turn", () => {
  const calls = Array.from({ length: 1_000 }, (_, i) =>
    functionCall("add_tasks", { tasks: [{ title: `Task ${i}` }] }, { callId: `call-${i}` }),
  );

  it("has none of them done, and others are answered meanwhile", async () => {
    const hold = gate();
    const server = await serve(
      either(
        attacks,
        answering(() => calls),
        slowText(["One ", "two."], hold),
      ),
    );
    const [ann, bob] = [await signUp(server), await signUp(server)];
    const [hers, his] = [await ann.conversation(), await bob.conversation()];
    const sent = await bob.send(his, "count");
    const reading = readAnswer(sent);
    await expectFailed(ann, hers, await ann.say(hers, "attack"), "call_limit");
    expect(await ann.tasks()).toEqual([]);
    const { id } = await runRow(server, hers);
    for (const table of ["runJournal", "toolEffects"]) {
      expect(await sql(server.databaseUrl, `select 1 from "${table}" where "runId" = $1`, [id])).toEqual([]);
    }
    hold.open();
    expect(textOf((await reading).parts)).toBe("One two.");
  });

  it("is not listened to any longer than it takes to notice", async () => {
    let told = 0;
    const streaming: Model = {
      getResponse: () => Promise.reject(new Error("only streamed here")),
      async *getStreamedResponse(): AsyncIterable<Event> {
        for (const index of calls.keys()) {
          told++;
          const choices = [{ index: 0, delta: { tool_calls: [{ index, function: { name: "add_tasks" } }] } }];
          yield { type: "model", event: { choices } };
        }
      },
    };
    const server = await serve(streaming);
    const ann = await signUp(server);
    const id = await ann.conversation();
    await expectFailed(ann, id, await ann.say(id, "attack"), "call_limit");
    expect(told).toBe(limits.run.callsPerTurn + 1);
  });

  it("may make as many as are allowed", async () => {
    const some = calls.slice(0, limits.run.callsPerTurn);
    const server = await serve(answering(({ turn }) => (turn === 0 ? some : says("Well."))));
    const ann = await signUp(server);
    const answer = await ann.say(await ann.conversation(), "add");
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "stop" });
    expect(answer.chunks.filter(({ type }) => type === "tool-output-available")).toHaveLength(some.length);
    expect(await ann.tasks()).toHaveLength(limits.run.changes);
  });

  it("is refused also when an earlier version has stored such a turn", async () => {
    const server = await serve(slowText(["Well", "."], gate()));
    const ann = await signUp(server);
    const id = await ann.conversation();
    await readAnswer(await ann.send(id, "hello"), begun);
    await server.close();
    const run = await runRow(server, id);
    const response = { id: "1", usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 }, output: calls };
    await sql(server.databaseUrl, `insert into "runJournal" values ($1, $2, 1, $3)`, [run.id, ann.userId, response]);
    const next = await serve(
      answering(() => says("Done.")),
      server.databaseUrl,
    );
    const there = ann.on(next);
    await expectFailed(there, id, await there.say(id, "hello", run.messageId), "call_limit");
    expect(await there.tasks()).toEqual([]);
  });
});

/** A model that never comes to an end, whatever it streams; it counts how often it was listened to. */
function endless(event: (n: number) => Event) {
  const model = {
    told: 0,
    getResponse: () => Promise.reject(new Error("only streamed here")),
    async *getStreamedResponse(): AsyncIterable<Event> {
      for (;;) yield event(model.told++);
    },
  };
  return model satisfies Model;
}

const chat = (delta: object): Event => ({ type: "model", event: { choices: [{ index: 0, delta }] } });
const call = (json: string) => chat({ tool_calls: [{ index: 0, function: { name: "add_tasks", arguments: json } }] });
const answerLimits = { bytes: 10_000, tokens: 2_000, chunks: 500 };

describe("a model that streams without end", () => {
  const kinds: { what: string; event: () => Event; most: number }[] = [
    { what: "long texts", event: () => ({ type: "output_text_delta", delta: "x".repeat(400) }), most: 20 },
    { what: "texts of many bytes", event: () => ({ type: "output_text_delta", delta: "語".repeat(40) }), most: 83 },
    { what: "short texts", event: () => ({ type: "output_text_delta", delta: "x" }), most: 500 },
    { what: "nothing at all", event: () => chat({ content: "" }), most: 500 },
    { what: "reasoning", event: () => chat({ reasoning_content: "y".repeat(400) }), most: 20 },
    { what: "arguments of a tool", event: () => call("z".repeat(400)), most: 20 },
    {
      what: "arguments of a tool, by Responses",
      event: () => ({
        type: "model",
        event: { type: "response.function_call_arguments.delta", delta: "z".repeat(400) },
      }),
      most: 20,
    },
  ];

  it.each(kinds)("is ended when it streams $what, and keeps what it has said", async ({ event, most }) => {
    const model = endless((n) => (n === 0 ? { type: "output_text_delta", delta: "Well: " } : event()));
    const server = await startTestServer({ model, answerLimits });
    closeAfterTest(server);
    const ann = await signUp(server);
    const id = await ann.conversation();
    const answer = await ann.say(id, "hello");
    await expectFailed(ann, id, answer, "answer_limit");
    expect(textOf(answer.parts)).toMatch(/^Well: /);
    expect(Buffer.byteLength(textOf(answer.parts))).toBeLessThanOrEqual(answerLimits.bytes);
    // "Well: " is in it, and so is the one that was too much.
    expect(model.told).toBeLessThanOrEqual(most + 2);
    expect(model.told).toBeGreaterThan(most / 2);
  });

  it("is ended by what its turns hold together, as the server counts its tokens", async () => {
    const turns: number[] = [];
    const model = answering(({ turn }) => {
      turns.push(turn);
      return [functionCall("list_tasks", { status: "all" }, { callId: `call-${turn}` })];
    });
    const counted: Model = {
      getResponse: model.getResponse,
      async *getStreamedResponse(request) {
        for await (const event of model.getStreamedResponse(request)) {
          if (event.type === "response_done") event.response.usage.outputTokens = 900;
          yield event;
        }
      },
    };
    const server = await startTestServer({ model: counted, answerLimits });
    closeAfterTest(server);
    const ann = await signUp(server);
    const id = await ann.conversation();
    const answer = await ann.say(id, "hello");
    await expectFailed(ann, id, answer, "answer_limit");
    // The third was asked for with 1,800 of 2,000; nothing is left for a fourth.
    expect(turns).toEqual([0, 1, 2]);
    expect(answer.chunks.filter(({ type }) => type === "tool-output-available")).toHaveLength(3);
  });
});

describe("a server whose response is one event without end", () => {
  it("is left before it is collected", async () => {
    let sent = 0;
    const mebibyte = new TextEncoder().encode("x".repeat(1024 * 1024));
    const body = () =>
      new ReadableStream({
        pull(controller) {
          if (++sent > 64) controller.close();
          else controller.enqueue(mebibyte);
        },
      });
    const headers = { "content-type": "text/event-stream" };
    const fetch = async () => new Response(body(), { headers });
    const assistant = createModel({ apiKey: "none", baseUrl: "http://127.0.0.1:9/v1", name: "any", fetch });
    const server = await startTestServer({ assistant });
    closeAfterTest(server);
    const ann = await signUp(server);
    const id = await ann.conversation();
    await expectFailed(ann, id, await ann.say(id, "hello"), "answer_limit");
    expect(sent).toBeLessThan(40);
  });
});

describe.each(apis)("over %s", (api) => {
  let wired: WiredServer;
  beforeAll(async () => {
    wired = await startWiredServer(api);
  });
  afterAll(() => wired.close());

  it("refuses a turn of too many calls, and goes on later", async () => {
    const calls = Array.from({ length: limits.run.callsPerTurn + 1 }, (_, i) => addTasks(`Task ${i}`));
    wired.fake.respond([{ say: "Sure.", calls }]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    const answer = await ann.say(id, "add a lot");
    await expectFailed(ann, id, answer, "call_limit");
    expect(textOf(answer.parts)).toBe("Sure.");
    expect(await ann.tasks()).toEqual([]);
    wired.fake.respond([{ say: "All right." }]);
    expect(textOf((await retry(ann, id)).parts)).toBe("All right.");
  });

  it("ends a text without end and leaves its server", async () => {
    wired.fake.respond([{ say: Array.from({ length: 300 }, () => "word ".repeat(500)), ending: "silence" }]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    const answer = await ann.say(id, "tell me everything");
    await expectFailed(ann, id, answer, "answer_limit");
    expect(textOf(answer.parts)).toMatch(/^word word /);
    expect(await wired.fake.requests[0]?.over).toBe("left");
    wired.fake.respond([{ say: "In short: no." }]);
    expect(textOf((await retry(ann, id)).parts)).toBe("In short: no.");
  });
});

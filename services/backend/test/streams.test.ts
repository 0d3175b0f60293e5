import type { Model, ModelRequest } from "@openai/agents";
import { assistantMessage, functionCall, ScriptedModel } from "@openai/agents/testing";
import { type Chunk, emptyAnswer, foldChunk, type MessagePart, textOf } from "@todo/contract";
import { readUIMessageStream, type UIMessageChunk, uiMessageChunkSchema } from "ai";
import { beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { answering, whole } from "./_answering.ts";
import {
  type Answer,
  closeAfterTest,
  type Person,
  readAnswer,
  signUp,
  sql,
  startTestServer,
  type TestServer,
} from "./_harness.ts";
import { gate, slowText } from "./_models.ts";
import { Random } from "./_random.ts";

const blank = { notes: null, priority: null, tags: null, due: null };

/** What the AI SDK makes of the chunks, once each of them fits its own schema. */
async function readBySdk(chunks: readonly Chunk[]): Promise<unknown[]> {
  const { validate } = uiMessageChunkSchema();
  for (const chunk of chunks) expect(await validate?.(chunk), JSON.stringify(chunk)).toMatchObject({ success: true });
  const stream = ReadableStream.from<UIMessageChunk>(chunks as UIMessageChunk[]);
  let parts: unknown[] = [];
  for await (const message of readUIMessageStream({ stream, onError: () => undefined })) parts = message.parts;
  return plain(parts);
}

/** Without what JSON does not carry. */
function plain(value: unknown): unknown[] {
  return JSON.parse(JSON.stringify(value));
}

function fold(chunks: readonly Chunk[]): MessagePart[] {
  return chunks.reduce(foldChunk, emptyAnswer("")).parts;
}

/** Both readers see the same, in every state on the way there, and what is stored is that too. */
async function expectAlike(person: Person, conversationId: string, answer: Answer): Promise<void> {
  expect(await readBySdk(answer.chunks)).toEqual(plain(fold(answer.chunks)));
  const [stored] = await person.messages(conversationId);
  expect(stored?.parts).toEqual(plain(answer.parts));
}

async function talk(model: Model, text: string) {
  const server = await startTestServer({ model });
  closeAfterTest(server);
  const ann = await signUp(server);
  const id = await ann.conversation();
  return { server, ann, id, answer: await ann.say(id, text) };
}

describe("our stream, read by the AI SDK, gives the same message as our own reader", () => {
  it("for text", async () => {
    const { ann, id, answer } = await talk(new ScriptedModel([[assistantMessage("Grüße 👋")]]), "hi");
    await expectAlike(ann, id, answer);
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "stop" });
  });

  it("for several steps with text, tools, and tools that refuse", async () => {
    const model = new ScriptedModel([
      [
        assistantMessage("Adding."),
        functionCall("add_tasks", { tasks: [{ ...blank, title: "milk" }] }, { callId: "call-1" }),
        functionCall("complete_tasks", { tasks: [1, 9] }, { callId: "call-2" }),
      ],
      [functionCall("complete_tasks", { tasks: "all" }, { callId: "call-3" })],
      [assistantMessage("Done.")],
    ]);
    const { ann, id, answer } = await talk(model, "go");
    await expectAlike(ann, id, answer);
    expect(answer.chunks.filter(({ type }) => type === "start-step")).toHaveLength(3);
    expect(answer.chunks.filter(({ type }) => type === "tool-output-available")).toHaveLength(3);
  });

  it.each(["approve", "reject"] as const)("for an approval: %s", async (decision) => {
    const model = answering(({ turn }) =>
      turn === 0
        ? [functionCall("delete_tasks", { tasks: null, all: "all" }, { callId: "call-1" })]
        : [assistantMessage("Well.")],
    );
    const server = await startTestServer({ model });
    closeAfterTest(server);
    const ann = await signUp(server);
    await ann.json("POST", "/api/tasks", { title: "x" });
    const id = await ann.conversation();
    const asked = await ann.say(id, "delete all");
    await expectAlike(ann, id, asked);
    const request = asked.chunks.find((chunk) => chunk.type === "tool-approval-request");
    if (request?.type !== "tool-approval-request") throw new Error("no approval was asked for");
    expect(request.approvalDescriptor.tasks).toMatchObject([{ number: 1, title: "x" }]);
    await ann.json("POST", `/api/approvals/${request.approvalId}`, { decision });
    const headers = { "last-event-id": asked.ids.at(-1) ?? "" };
    const rest = await readAnswer(await ann.request("GET", `/api/conversations/${id}/stream`, undefined, { headers }));
    const chunks = [...asked.chunks, ...rest.chunks];
    await expectAlike(ann, id, { ...rest, chunks, parts: fold(chunks) });
    const last = decision === "approve" ? "tool-output-available" : "tool-output-denied";
    expect(chunks.map(({ type }) => type)).toContain(last);
  });

  it("for a failure", async () => {
    const model = answering(() => {
      throw new Error("the model is gone");
    });
    const { ann, id, answer } = await talk(model, "hi");
    await expectAlike(ann, id, answer);
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "error" });
    expect(answer.parts.at(-1)).toMatchObject({ type: "data-notice", data: { retry: true } });
  });

  it("for an answer that was stopped in the middle of its text", async () => {
    const hold = gate();
    const server = await startTestServer({ model: slowText(["One ", "two."], hold) });
    closeAfterTest(server);
    const ann = await signUp(server);
    const id = await ann.conversation();
    const response = await ann.send(id, "count");
    const { run } = await ann.json<{ run: { id: string } }>("GET", `/api/conversations/${id}`);
    await readAnswer(await ann.request("GET", `/api/conversations/${id}/stream`), (chunks) =>
      chunks.some(({ type }) => type === "text-delta"),
    );
    await ann.json("POST", `/api/runs/${run.id}/stop`, {});
    const answer = await readAnswer(response);
    await expectAlike(ann, id, answer);
    expect(answer.parts).toEqual([{ type: "step-start" }, { type: "text", text: "One ", state: "streaming" }]);
    hold.open();
  });

  it("for a step that another server tells anew", async () => {
    const hold = gate();
    const first = await startTestServer({ model: slowText(["Half of", " it"], hold) });
    const ann = await signUp(first);
    const id = await ann.conversation();
    const begun = await readAnswer(await ann.send(id, "hi"), (chunks) =>
      chunks.some(({ type }) => type === "text-delta"),
    );
    await first.close();
    const second = await startTestServer({
      databaseUrl: first.databaseUrl,
      model: slowText(["All of", " it"], gateOpen()),
    });
    closeAfterTest(second);
    const headers = { "last-event-id": begun.ids.at(-1) ?? "" };
    const rest = await readAnswer(
      await ann.on(second).request("GET", `/api/conversations/${id}/stream`, undefined, { headers }),
    );
    const chunks = [...begun.chunks, ...rest.chunks];
    expect(chunks.map(({ type }) => type)).toContain("reset-step");
    await expectAlike(ann.on(second), id, { ...rest, chunks, parts: fold(chunks) });
    expect(textOf(fold(chunks))).toBe("All of it");
    hold.open();
  });
});

describe("a reader that is cut off and comes back", () => {
  const random = new Random(200);
  const pieces = Array.from({ length: 300 }, (_, i) =>
    random.pick([`word ${i} `, "👩‍👩‍👧‍👦", "é", "日本 ", "\n", "🎉"]),
  );
  const text = pieces.join("");
  /** The text in deltas that end anywhere, within characters too, as models send it. */
  const deltas = cutAnywhere(text, random);
  const servers: TestServer[] = [];
  let ann: Person;
  beforeAll(async () => {
    const events = () =>
      (async function* () {
        yield { type: "response_started" as const };
        for (const [i, delta] of deltas.entries()) {
          // Some together, some apart by more than the log collects, so that there are many chunks.
          if (i % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 42));
          yield { type: "output_text_delta" as const, delta };
        }
        yield whole([assistantMessage(text)]);
      })();
    const endless = {
      getStreamedResponse: (_: ModelRequest) => events(),
      getResponse: () => Promise.reject(new Error("streamed only")),
    };
    servers.push(await startTestServer({ model: endless }));
    servers.push(await startTestServer({ databaseUrl: servers[0]?.databaseUrl ?? "", model: endless }));
    ann = await signUp(server(0));
    return async () => {
      await Promise.all(servers.map((one) => one.close()));
    };
  });

  it("200 times, while and after the answer is written, on two servers, reads the same to the byte", async () => {
    expect(deltas.some((delta) => !delta.isWellFormed())).toBe(true);
    const ids = await Promise.all(Array.from({ length: 3 }, () => ann.conversation()));
    const uncut = Promise.all(ids.map((id) => ann.say(id, "tell")));
    let cuts = 0;
    const live = ids.map((id) => comeBack(id, random, () => cuts++));
    for (const chunks of await Promise.all(live)) expect(textOf(fold(chunks))).toBe(text);
    const [first] = await uncut;
    expect(first?.chunks.length).toBeGreaterThan(60);
    expect(textOf(first?.parts ?? [])).toBe(text);
    for (let i = 0; cuts < 200; i++) {
      const chunks = await comeBack(ids[i % ids.length] ?? "", random, () => cuts++);
      expect(textOf(fold(chunks))).toBe(text);
      expect(chunks.at(-1)?.type).toBe("finish");
    }
    const stored = await sql<{ text: string }>(
      server(0).databaseUrl,
      `select text from messages where role = 'assistant'`,
    );
    expect(stored.map((row) => row.text)).toEqual([text, text, text]);
  });

  it("starts over with an id that is none of this answer's", async () => {
    const id = await ann.conversation();
    const { chunks, ids } = await ann.say(id, "tell");
    for (const lastId of ["", "x", "1.2.3", `${crypto.randomUUID()}.1.5`, `${ids[3]}.1`, "%00"]) {
      const init = { headers: { "last-event-id": lastId } };
      const again = await readAnswer(await ann.send(id, "tell", (await runOf(id))?.messageId, init));
      expect(again.chunks).toEqual(chunks);
    }
  });

  function server(i: number): TestServer {
    const found = servers[i];
    if (!found) throw new Error("no such server");
    return found;
  }

  async function resume(id: string, lastId: string, upTo: number, at = 0) {
    const init = { headers: { "last-event-id": lastId } };
    const response = await ann.on(server(at)).request("GET", `/api/conversations/${id}/stream`, undefined, init);
    return readAnswer(response, (chunks) => chunks.length >= upTo);
  }

  async function runOf(id: string) {
    const path = `/api/conversations/${id}`;
    return (await ann.json<{ run: { id: string; messageId: string } | null }>("GET", path)).run ?? undefined;
  }

  /** Reads an answer in several goes, each on a random server and cut after a random chunk. */
  async function comeBack(id: string, dice: Random, onCut: () => void): Promise<Chunk[]> {
    const chunks: Chunk[] = [];
    const run = await eventually("a begun answer", () => runOf(id));
    let lastId = `${run.id}.1.0`;
    for (;;) {
      const some = await resume(id, lastId, dice.int(1, 40), dice.int(0, 1));
      for (const chunk of some.chunks) {
        if (chunk.type === "start") chunks.length = 0;
        chunks.push(chunk);
      }
      lastId = some.ids.at(-1) ?? lastId;
      if (some.done) return chunks;
      onCut();
    }
  }
});

function cutAnywhere(text: string, random: Random): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = random.int(1, 6);
    found.push(text.slice(at, at + length));
    at += length;
  }
  return found;
}

function gateOpen() {
  const hold = gate();
  hold.open();
  return hold;
}

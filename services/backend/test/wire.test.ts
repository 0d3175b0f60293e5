import { textOf } from "@todo/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { list, object } from "../../../test/support/fake-openai/check-request.ts";
import type { FakeRequest } from "../../../test/support/fake-openai/start-fake-openai.ts";
import { addTasks, anyTask } from "../../../test/support/fake-openai/tool-arguments.ts";
import { operations } from "../src/operations/index.ts";
import { readAnswer, signUp } from "./_harness.ts";
import { gate } from "./_models.ts";
import { API_KEY, type Api, apis, MODEL, startWiredServer, type WiredServer } from "./_wire/start-wired-server.ts";
import { watchTargets } from "./_wire/watch-targets.ts";

describe.each(apis)("over %s", (api) => {
  let wired: WiredServer;
  beforeAll(async () => {
    wired = await startWiredServer(api);
  });
  afterAll(() => wired.close());

  it("tells an answer while it is being written", async () => {
    const [first, second] = [gate(), gate()];
    wired.fake.respond([{ say: ["Hel", first.opened, "lo ", second.opened, "there."] }]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    const gates = [first, second];
    const seen: string[] = [];
    // Each piece is let go only once the reader has the one before: nothing is kept back until the end.
    const answer = await readAnswer(await ann.send(id, "hello"), (chunks) => {
      const text = chunks.flatMap((chunk) => (chunk.type === "text-delta" ? [chunk.delta] : [])).join("");
      if (text !== (seen.at(-1) ?? "")) {
        seen.push(text);
        gates.shift()?.open();
      }
      return false;
    });
    expect(seen).toEqual(["Hel", "Hello ", "Hello there."]);
    expect(answer).toMatchObject({ done: true, parts: [{ type: "step-start" }, { type: "text", state: "done" }] });
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "stop" });
    expect(wired.fake.requests).toHaveLength(1);
    expect(wired.fake.requests[0]?.api).toBe(api);
  });

  it("runs a tool and tells its result to the model", async () => {
    wired.fake.respond([
      { say: "On it. ", calls: [addTasks("Buy milk")], reasoning: "They want milk." },
      { say: ["Added ", "#1."] },
    ]);
    const ann = await signUp(wired.server);
    const answer = await ann.say(await ann.conversation(), "buy milk");
    expect(textOf(answer.parts)).toBe("On it. \n\nAdded #1.");
    expect(await ann.tasks()).toMatchObject([{ number: 1, title: "Buy milk" }]);
    const [, second] = wired.fake.requests;
    const [result] = toolResults(api, second);
    expect(result).toContain("Buy milk");
    expect(result).toContain('"kind":"added"');
  });

  it("runs the calls of one turn in their order", async () => {
    wired.fake.respond([
      { calls: [addTasks("One"), addTasks("Two"), { name: "list_tasks", args: anyTask }] },
      { say: "Three things." },
    ]);
    const ann = await signUp(wired.server);
    const answer = await ann.say(await ann.conversation(), "one and two");
    const outputs = answer.chunks.flatMap((chunk) => (chunk.type === "tool-output-available" ? [chunk.output] : []));
    expect(outputs).toMatchObject([{ changes: { length: 1 } }, { changes: { length: 1 } }, { tasks: { length: 2 } }]);
    expect((await ann.tasks()).map(({ title }) => title).sort()).toEqual(["One", "Two"]);
    expect(toolResults(api, wired.fake.requests[1])).toHaveLength(3);
  });

  it("goes through several turns, each with all that was before", async () => {
    wired.fake.respond([
      { calls: [addTasks("One")], reasoning: "first" },
      { calls: [{ name: "list_tasks", args: anyTask }], reasoning: "second" },
      { calls: [{ name: "complete_tasks", args: { tasks: [1] } }], reasoning: "third" },
      { say: "Done." },
    ]);
    const ann = await signUp(wired.server);
    const answer = await ann.say(await ann.conversation(), "add and finish it");
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "stop" });
    expect(await ann.tasks()).toMatchObject([{ title: "One", status: "done" }]);
    expect(wired.fake.requests.map((request) => toolResults(api, request).length)).toEqual([0, 1, 2, 3]);
  });

  it("asks for an answer with nothing in the request but what is needed", async () => {
    wired.fake.respond([{ calls: [addTasks("One")] }, { say: "Done." }, { say: "Hello again." }]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    const targets = watchTargets();
    await ann.say(id, "add one");
    await ann.say(id, "and hello");
    // Nothing else is asked: no traces, no model list, no update check.
    expect(targets()).toEqual([wired.fake.url, wired.fake.url, wired.fake.url].map((url) => new URL(url).origin));
    expect(wired.fake.requests).toHaveLength(3);
    for (const { body, headers } of wired.fake.requests) {
      expect(headers.authorization).toBe(`Bearer ${API_KEY}`);
      expect(body["model"]).toBe(MODEL);
      expect(body["stream"]).toBe(true);
      expect(body["parallel_tool_calls"]).not.toBe(false);
      const told = JSON.stringify([body, headers]);
      for (const secret of [ann.userId, ann.email, ann.cookie, id]) expect(told).not.toContain(secret);
      expect(body).not.toHaveProperty("user");
      expect(body).not.toHaveProperty("safety_identifier");
    }
  });

  it("sends the same prefix every time, and what changes at the end", async () => {
    wired.fake.respond([{ say: "Hello." }, { say: "Hello again." }]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    await ann.say(id, "first words");
    await ann.say(id, "second words");
    const [before, after] = wired.fake.requests.map((request) => said(api, request));
    expect(before?.[0]).toMatchObject({ role: "system", text: expect.stringContaining("assistant of a to-do list") });
    expect(after?.[0]).toEqual(before?.[0]);
    expect(after?.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    expect(after?.slice(1, 3).map(({ text }) => text)).toEqual(["first words", "Hello."]);
    expect(after?.[3]?.text).toMatch(/^Now: \d{4}-\d\d-\d\d, [\s\S]*The user says:\nsecond words$/);
    expect(wired.fake.requests[0]?.body["tools"]).toEqual(wired.fake.requests[1]?.body["tools"]);
  });

  it("offers its tools as strict functions", async () => {
    wired.fake.respond([{ say: "Hello." }]);
    const ann = await signUp(wired.server);
    const answer = await ann.say(await ann.conversation(), "hello");
    // The fake refuses schemas that are not strict ones.
    expect(textOf(answer.parts)).toBe("Hello.");
    const tools = list(wired.fake.requests[0]?.body["tools"]).map((tool) =>
      api === "chat" ? object(tool["function"]) : tool,
    );
    expect(tools.map((tool) => tool["name"])).toEqual(operations.map(({ name }) => name));
    for (const tool of tools) {
      expect(tool).toMatchObject({ strict: true, parameters: { type: "object", additionalProperties: false } });
      expect(JSON.stringify(tool)).not.toMatch(/user_?id|\$schema/i);
    }
  });
});

describe("what OpenAI keeps", () => {
  it("is nothing: reasoning goes back and forth encrypted", async () => {
    const wired = await startWiredServer("responses", [
      { calls: [addTasks("One")], reasoning: "They want one." },
      { say: "Done." },
    ]);
    const ann = await signUp(wired.server);
    const answer = await ann.say(await ann.conversation(), "add one");
    await wired.close();
    expect(textOf(answer.parts)).toBe("Done.");
    const bodies = wired.fake.requests.map(({ body }) => body);
    for (const body of bodies) expect(body).toMatchObject({ store: false, include: ["reasoning.encrypted_content"] });
    expect(list(bodies[1]?.["input"])).toContainEqual(
      expect.objectContaining({ type: "reasoning", encrypted_content: "encrypted(They want one.)" }),
    );
  });

  it("asks models that do not reason for no encrypted reasoning, which they refuse", async () => {
    const wired = await startWiredServer("responses", [{ say: "Hello." }], { model: "gpt-4.1-mini" });
    const ann = await signUp(wired.server);
    await ann.say(await ann.conversation(), "hello");
    await wired.close();
    const body = wired.fake.requests[0]?.body ?? {};
    expect(body).toMatchObject({ model: "gpt-4.1-mini", store: false });
    expect(body).not.toHaveProperty("reasoning");
    expect(body["include"] ?? []).toEqual([]);
  });

  it("is not asked about other providers, some of which refuse fields that they do not know", async () => {
    const wired = await startWiredServer("chat", [{ say: "Hello." }], { model: "some-local-model" });
    const ann = await signUp(wired.server);
    await ann.say(await ann.conversation(), "hello");
    await wired.close();
    expect(Object.keys(wired.fake.requests[0]?.body ?? {}).sort()).toEqual([
      "messages",
      "model",
      "stream",
      "stream_options",
      "tools",
    ]);
  });
});

/** What a request holds as results of tools. */
function toolResults(api: Api, request: FakeRequest | undefined): string[] {
  const items = list(request?.body[api === "chat" ? "messages" : "input"]);
  const results = items.filter((item) =>
    api === "chat" ? item["role"] === "tool" : item["type"] === "function_call_output",
  );
  return results.map((item) => textIn(item[api === "chat" ? "content" : "output"]));
}

/** What a request holds as messages, the instructions first. */
function said(api: Api, { body }: FakeRequest): { role: unknown; text: string }[] {
  const items = list(body[api === "chat" ? "messages" : "input"]);
  const messages = items.map((item) => ({ role: item["role"], text: textIn(item["content"]) }));
  return api === "chat" ? messages : [{ role: "system", text: String(body["instructions"]) }, ...messages];
}

function textIn(content: unknown): string {
  if (typeof content === "string") return content;
  return list(content)
    .map((part) => String(part["text"]))
    .join("");
}

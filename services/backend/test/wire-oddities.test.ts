import { textOf } from "@todo/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { list } from "../../../test/support/fake-openai/check-request.ts";
import { addTasks } from "../../../test/support/fake-openai/tool-arguments.ts";
import type { Call } from "../../../test/support/fake-openai/turn.ts";
import { signUp } from "./_harness.ts";
import { expectFailed, retry } from "./_wire/fails-and-recovers.ts";
import { apis, startWiredServer, type WiredServer } from "./_wire/start-wired-server.ts";

const nonsense: { what: string; calls: Call[] }[] = [
  { what: "arguments that break off", calls: [{ name: "add_tasks", args: '{"tasks":[{"title":"Buy' }] },
  { what: "arguments that are no object", calls: [{ name: "add_tasks", args: '"Buy milk"' }] },
  { what: "no arguments at all", calls: [{ name: "add_tasks", args: "" }] },
  { what: "a tool that does not exist", calls: [{ name: "drop_database", args: {} }] },
  { what: "a name from the prototype", calls: [{ name: "toString", args: {} }] },
  {
    what: "one call twice",
    calls: [
      { ...addTasks("Milk"), id: "call_a" },
      { ...addTasks("Milk"), id: "call_a" },
    ],
  },
];

describe.each(apis)("over %s", (api) => {
  let wired: WiredServer;
  beforeAll(async () => {
    wired = await startWiredServer(api);
  });
  afterAll(() => wired.close());

  // Of Chat Completions, where some servers leave them out, no arguments are read as an object of none.
  const broken = nonsense.filter(({ what }) => api !== "chat" || what !== "no arguments at all");

  it.each(broken)("does nothing when the model asks for $what", async ({ calls }) => {
    // The sound call before it is not done either: a turn is done as a whole or not at all.
    wired.fake.respond([{ say: "Sure.", calls: [addTasks("Sound"), ...calls] }]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    await expectFailed(ann, id, await ann.say(id, "add sound and milk"), "model_broken_tool_call");
    expect(await ann.tasks()).toEqual([]);
    wired.fake.respond([{ calls: [addTasks("Sound")] }, { say: "Added." }]);
    expect(textOf((await retry(ann, id)).parts)).toBe("Added.");
    expect(await ann.tasks()).toMatchObject([{ title: "Sound" }]);
  });

  it("tells the model what is wrong with arguments of the wrong shape, and lets it go on", async () => {
    wired.fake.respond([
      {
        calls: [
          { name: "add_tasks", args: { task: "Buy milk" } },
          { name: "complete_tasks", args: { tasks: ["1"] } },
        ],
      },
      { calls: [addTasks("Buy milk")] },
      { say: "Added." },
    ]);
    const ann = await signUp(wired.server);
    const answer = await ann.say(await ann.conversation(), "buy milk");
    const outputs = answer.chunks.flatMap((chunk) => (chunk.type === "tool-output-available" ? [chunk.output] : []));
    const refused = { changes: [], error: { code: "invalid_request" } };
    expect(outputs).toMatchObject([refused, refused, { changes: [{ kind: "added" }] }]);
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "stop" });
    expect(JSON.stringify(wired.fake.requests[1]?.body)).toContain("Not done:");
    expect(await ann.tasks()).toMatchObject([{ title: "Buy milk" }]);
  });

  it.each([
    { what: "counts its calls anew in each answer", id: "call_0" },
    { what: "gives its calls no ids", id: "" },
  ])("does every call of a provider that $what", async ({ id }) => {
    wired.fake.respond([
      { calls: [{ ...addTasks("One"), id }] },
      { calls: [{ ...addTasks("Two"), id }] },
      { calls: [{ ...addTasks("Three"), id }], ending: "early" },
    ]);
    const ann = await signUp(wired.server);
    const conversation = await ann.conversation();
    await expectFailed(ann, conversation, await ann.say(conversation, "one, two, three"), "model_cut_off");
    expect((await ann.tasks()).map(({ title }) => title).sort()).toEqual(["One", "Two"]);
    wired.fake.respond([{ calls: [{ ...addTasks("Three"), id }] }, { say: "All three." }]);
    const answer = await retry(ann, conversation);
    const outputs = answer.chunks.flatMap((chunk) => (chunk.type === "tool-output-available" ? [chunk.output] : []));
    expect(outputs).toMatchObject(["One", "Two", "Three"].map((title) => ({ changes: [{ after: { title } }] })));
    expect(await ann.tasks()).toHaveLength(3);
  });

  it.each([
    { what: "nothing", turn: {} },
    { what: "an empty text", turn: { say: "" } },
    { what: "only space", turn: { say: " \n" } },
    { what: "only thoughts", turn: { reasoning: "Hm." } },
  ])("tells of an answer that holds $what", async ({ turn }) => {
    wired.fake.respond([turn]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    await expectFailed(ann, id, await ann.say(id, "hello"), "model_cut_off");
    expect(wired.fake.requests).toHaveLength(1);
    wired.fake.respond([{ say: "Hello." }]);
    expect(textOf((await retry(ann, id)).parts)).toBe("Hello.");
  });

  it("takes silence after its tools for an end: their receipts say enough", async () => {
    wired.fake.respond([{ calls: [addTasks("One")] }, {}]);
    const ann = await signUp(wired.server);
    const answer = await ann.say(await ann.conversation(), "one");
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "stop" });
    expect(wired.fake.requests).toHaveLength(2);
    expect(await ann.tasks()).toHaveLength(1);
  });

  it("puts characters together that arrive in halves, and leaves out what can't be stored", async () => {
    const milk = "🥛";
    wired.fake.respond([
      {
        say: ["a\0b ", milk[0] ?? "", milk[1] ?? "", " \ud83e", "!"],
        calls: [addTasks(`Milk ${milk}`), addTasks("N\0L")],
      },
      { say: "Done." },
    ]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    const answer = await ann.say(id, "milk");
    expect(textOf(answer.parts)).toBe(`ab ${milk} \ufffd!\n\nDone.`);
    expect(await ann.tasks()).toMatchObject([{ title: `Milk ${milk}` }]);
    expect((await ann.messages(id))[0]?.parts).toEqual(JSON.parse(JSON.stringify(answer.parts)));
  });

  it("takes a very long answer", async () => {
    const pieces = Array.from({ length: 2_000 }, (_, i) => `${i}: ${"word ".repeat(40)}\n`);
    wired.fake.respond([{ say: pieces }]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    const answer = await ann.say(id, "talk");
    expect(textOf(answer.parts)).toBe(pieces.join(""));
    expect(textOf((await ann.messages(id))[0]?.parts ?? [])).toBe(pieces.join(""));
    // What the model sees of it next time is bounded.
    wired.fake.respond([{ say: "Hm." }]);
    await ann.say(id, "and?");
    expect(JSON.stringify(wired.fake.requests[0]?.body[api === "chat" ? "messages" : "input"]).length).toBeLessThan(
      12_000,
    );
  });

  it("shows text that only comes at the end, and needs no account of tokens", async () => {
    wired.fake.respond([{ say: ["All ", "at once."], deltas: false, usage: false }]);
    const ann = await signUp(wired.server);
    const answer = await ann.say(await ann.conversation(), "hello");
    expect(textOf(answer.parts)).toBe("All at once.");
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "stop" });
  });

  it("shows in which words the model declines", async () => {
    wired.fake.respond([{ refusal: "I can't help with that." }]);
    const ann = await signUp(wired.server);
    const answer = await ann.say(await ann.conversation(), "do evil");
    expect(textOf(answer.parts)).toBe("I can't help with that.");
  });

  it("says no less than was said before when one turn has several texts", async () => {
    wired.fake.respond([{ say: "One moment.", calls: [addTasks("One")] }, { say: "Done." }, { say: "Hi." }]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    await ann.say(id, "one");
    await ann.say(id, "hello");
    const messages = list(wired.fake.requests[2]?.body[api === "chat" ? "messages" : "input"]);
    const said = messages.filter((message) => message["role"] === "assistant");
    expect(JSON.stringify(said)).toContain("One moment.");
    expect(JSON.stringify(said)).toContain("Done.");
  });
});

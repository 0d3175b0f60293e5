import { type RunErrorCode, textOf } from "@todo/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFakeOpenAi } from "../../../test/support/fake-openai/start-fake-openai.ts";
import { addTasks } from "../../../test/support/fake-openai/tool-arguments.ts";
import type { Answer, Turn } from "../../../test/support/fake-openai/turn.ts";
import { signUp } from "./_harness.ts";
import { expectFailed, retry } from "./_wire/fails-and-recovers.ts";
import { apis, startWiredServer, type WiredServer } from "./_wire/start-wired-server.ts";

/** Makes the client's own second try come at once. */
const headers = { "retry-after-ms": "1" };
const unauthorized: Turn = { status: 401, message: "Incorrect API key provided: sk-secret." };
const failing = (status: number): Turn => ({ status, headers });

type Failure = { what: string; turns: Turn[]; code: RunErrorCode };

/** What goes wrong before an answer begins. All turns of each are used up: the client tries some things twice. */
const refusals: Failure[] = [
  { what: "a refused key", turns: [unauthorized], code: "model_unauthorized" },
  { what: "a forbidden model", turns: [failing(403)], code: "model_unauthorized" },
  { what: "a rate limit", turns: [failing(429), failing(429)], code: "model_rate_limited" },
  {
    what: "a rate limit for longer than anyone waits",
    turns: [{ status: 429, headers: { "retry-after": "30" } }],
    code: "model_rate_limited",
  },
  { what: "a broken provider", turns: [failing(500), failing(500)], code: "model_unavailable" },
  { what: "an overloaded provider", turns: [failing(503), failing(503)], code: "model_unavailable" },
  { what: "a request it does not take", turns: [failing(400)], code: "model_rejected" },
  { what: "a model it does not know", turns: [failing(404)], code: "model_rejected" },
  {
    what: "a provider that sends the client elsewhere, where it does not go",
    turns: [
      { status: 307, headers: { ...headers, location: "?elsewhere" } },
      { status: 307, headers: { ...headers, location: "?elsewhere" } },
    ],
    code: "model_unavailable",
  },
  { what: "a connection that breaks at once", turns: ["reset", "reset"], code: "model_unavailable" },
];

/** What goes wrong in the middle of an answer, each with text before it and without. */
const breaks = (["cut", "early", "length", "error"] as const).map((ending) => ({
  ending,
  code: "model_cut_off" as const,
}));

describe.each(apis)("over %s", (api) => {
  let wired: WiredServer;
  beforeAll(async () => {
    wired = await startWiredServer(api);
  });
  afterAll(() => wired.close());

  it.each(refusals)("tells of $what, and goes on later", async ({ turns, code }) => {
    wired.fake.respond(turns);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    await expectFailed(ann, id, await ann.say(id, "hello"), code);
    expect(wired.fake.requests).toHaveLength(turns.length);
    wired.fake.respond([{ say: "Hello." }]);
    expect(textOf((await retry(ann, id)).parts)).toBe("Hello.");
  });

  it.each(breaks)("tells of an answer that ends by $ending, and says it anew later", async ({ ending, code }) => {
    const ann = await signUp(wired.server);
    for (const say of ["", "I was about to"]) {
      const broken: Answer = { say: say === "" ? [] : say.split(/(?= )/), ending };
      wired.fake.respond([broken]);
      const id = await ann.conversation();
      const answer = await ann.say(id, "hello");
      await expectFailed(ann, id, answer, code);
      expect(textOf(answer.parts)).toBe(say);
      wired.fake.respond([{ say: "Hello." }]);
      expect(textOf((await retry(ann, id)).parts)).toBe("Hello.");
    }
  });

  it.each(breaks)("does nothing of a call whose answer ends by $ending", async ({ ending, code }) => {
    wired.fake.respond([{ calls: [addTasks("Buy milk")], ending }]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    const answer = await ann.say(id, "buy milk");
    await expectFailed(ann, id, answer, code);
    expect(answer.parts.filter(({ type }) => type === "dynamic-tool")).toEqual([]);
    expect(await ann.tasks()).toEqual([]);
    wired.fake.respond([{ calls: [addTasks("Buy milk")] }, { say: "Added." }]);
    await retry(ann, id);
    expect(await ann.tasks()).toMatchObject([{ title: "Buy milk" }]);
  });

  it.each<{ what: string; turns: Turn[]; code: RunErrorCode }>([
    { what: "an error", turns: [failing(500), failing(500)], code: "model_unavailable" },
    { what: "a cut", turns: [{ say: "Added, and", ending: "cut" }], code: "model_cut_off" },
    { what: "an early end", turns: [{ say: "Added, and", ending: "early" }], code: "model_cut_off" },
  ])("does not repeat what was done before $what", async ({ turns, code }) => {
    wired.fake.respond([{ say: "On it.", calls: [addTasks("One"), addTasks("Two")], reasoning: "Two." }, ...turns]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    await expectFailed(ann, id, await ann.say(id, "one and two"), code);
    const done = await ann.tasks();
    expect(done).toHaveLength(2);
    wired.fake.respond([{ say: "Both are there." }]);
    const answer = await retry(ann, id);
    expect(textOf(answer.parts)).toBe("On it.\n\nBoth are there.");
    expect(await ann.tasks()).toEqual(done);
    // Only the step that failed is asked again, with the results of the first.
    expect(wired.fake.requests).toHaveLength(1);
    expect(JSON.stringify(wired.fake.requests[0]?.body)).toContain('\\"title\\":\\"Two\\"');
  });

  it.each([500, 429])("survives a single %i unseen", async (status) => {
    wired.fake.respond([failing(status), { calls: [addTasks("One")] }, failing(status), { say: "Done." }]);
    const ann = await signUp(wired.server);
    const answer = await ann.say(await ann.conversation(), "one");
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "stop" });
    expect(textOf(answer.parts)).toBe("Done.");
    expect(await ann.tasks()).toHaveLength(1);
    expect(wired.fake.requests).toHaveLength(4);
  });
});

it.each(apis)("tells of a provider that refuses connections, over %s", async (api) => {
  const wired = await startWiredServer(api);
  const ann = await signUp(wired.server);
  const id = await ann.conversation();
  await wired.fake.close();
  await expectFailed(ann, id, await ann.say(id, "hello"), "model_unavailable");
  const healthy = await startFakeOpenAi({ respond: [{ say: "Hello." }], port: wired.fake.port });
  expect(textOf((await retry(ann, id)).parts)).toBe("Hello.");
  await healthy.close();
  await wired.server.close();
});

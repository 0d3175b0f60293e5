import { randomUUID } from "node:crypto";
import { type Chunk, textOf } from "@todo/contract";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import type { Script } from "../../../test/support/fake-openai/start-fake-openai.ts";
import { addTasks } from "../../../test/support/fake-openai/tool-arguments.ts";
import type { Turn } from "../../../test/support/fake-openai/turn.ts";
import { closeAfterTest, readAnswer, signUp, startTestServer } from "./_harness.ts";
import { expectFailed, retry } from "./_wire/fails-and-recovers.ts";
import { type Api, apis, startWiredServer, type WiredServer, wiredModel } from "./_wire/start-wired-server.ts";

const silences: { what: string; turn: Turn; said: string }[] = [
  { what: "before it answers at all", turn: "silence", said: "" },
  { what: "before the first word", turn: { ending: "silence" }, said: "" },
  { what: "in the middle", turn: { say: "I was", ending: "silence" }, said: "I was" },
];

describe.each(apis)("over %s", (api) => {
  it.each(silences)("gives a model up that falls silent $what, and its request", async ({ turn, said }) => {
    const wired = await wiredForTest(api, [turn], { silenceMs: 300, firstMs: 300 });
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    const answer = await ann.say(id, "hello");
    await expectFailed(ann, id, answer, "model_silent");
    expect(textOf(answer.parts)).toBe(said);
    expect(await wired.fake.requests[0]?.over).toBe("left");
    expect(wired.fake.requests).toHaveLength(1);
    wired.fake.respond([{ say: "Hello." }]);
    expect(textOf((await retry(ann, id)).parts)).toBe("Hello.");
    expect(wired.fake.requests).toHaveLength(1);
  });

  it.each(silences)("ends the request when the answer is stopped that hangs $what", async ({ turn, said }) => {
    const wired = await wiredForTest(api, [turn]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    const reading = readAnswer(await ann.send(id, "hello"));
    const { run } = await ann.json<{ run: { id: string } }>("GET", `/api/conversations/${id}`);
    await eventually("the model is asked", async () => wired.fake.requests.length > 0);
    if (said !== "") await readAnswer(await ann.request("GET", `/api/conversations/${id}/stream`), hasText);
    await ann.json("POST", `/api/runs/${run.id}/stop`, {});
    expect(await wired.fake.requests[0]?.over).toBe("left");
    const answer = await reading;
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "interrupted" });
    expect(textOf(answer.parts)).toBe(said);
    expect(await ann.messages(id)).toMatchObject([{ status: "stopped" }, { status: "complete" }]);
    expect(wired.fake.requests).toHaveLength(1);
  });

  it("lets another replica say the whole answer when its own ends in the middle", async () => {
    const wired = await wiredForTest(api, [
      { say: "On it.", calls: [addTasks("One")] },
      { say: "Half of what", ending: "silence" },
      { say: "The whole answer." },
    ]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    const messageId = randomUUID();
    await readAnswer(await ann.send(id, "one", messageId), (chunks) => textsOf(chunks).includes("Half"));
    const { databaseUrl } = wired.server;
    await wired.server.close();
    expect(await wired.fake.requests[1]?.over).toBe("left");
    const other = await startTestServer({ databaseUrl, assistant: wiredModel(api, wired.fake) });
    closeAfterTest(other);
    const answer = await ann.on(other).say(id, "one", messageId);
    expect(textOf(answer.parts)).toBe("On it.\n\nThe whole answer.");
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "stop" });
    expect(await ann.on(other).tasks()).toHaveLength(1);
    expect(wired.fake.requests).toHaveLength(3);
  });

  it("fails again when tried again too early, and can still be tried again", async () => {
    const wired = await wiredForTest(api, [{ status: 400 }, { say: "I was", ending: "cut" }, { say: "Hello." }]);
    const ann = await signUp(wired.server);
    const id = await ann.conversation();
    const messageId = randomUUID();
    await expectFailed(ann, id, await ann.say(id, "hello", messageId), "model_rejected");
    type Page = { items: { runId: string }[] };
    const page = await ann.json<Page>("GET", `/api/conversations/${id}/messages?limit=100`);
    await ann.json("POST", `/api/runs/${page.items[0]?.runId}/retry`, {});
    await expectFailed(ann, id, await ann.say(id, "hello", messageId), "model_cut_off");
    expect(textOf((await retry(ann, id)).parts)).toBe("Hello.");
  });
});

async function wiredForTest(
  api: Api,
  script: Script,
  options: { silenceMs?: number; firstMs?: number } = {},
): Promise<WiredServer> {
  const wired = await startWiredServer(api, script, options);
  onTestFinished(wired.close);
  return wired;
}

function hasText(chunks: Chunk[]): boolean {
  return textsOf(chunks) !== "";
}

function textsOf(chunks: Chunk[]): string {
  return chunks.flatMap((chunk) => (chunk.type === "text-delta" ? [chunk.delta] : [])).join("");
}

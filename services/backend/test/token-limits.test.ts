import type { Model } from "@openai/agents";
import { functionCall } from "@openai/agents/testing";
import { textOf } from "@todo/contract";
import { describe, expect, it } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { answering, type Output, says } from "./_answering.ts";
import { asAssistant, closeAfterTest, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";
import { serve } from "./_runs.ts";
import { expectFailed, retry } from "./_wire/fails-and-recovers.ts";

/** A model whose server says that each answer has used this many tokens. */
function using(tokens: { input: number; output: number }, answer: (turn: number) => Output = () => says("Well.")) {
  const requests: (number | undefined)[] = [];
  const inner = answering(({ turn }) => answer(turn));
  const model: Model = {
    getResponse: inner.getResponse,
    async *getStreamedResponse(request) {
      requests.push(request.modelSettings.maxTokens);
      for await (const event of inner.getStreamedResponse(request)) {
        if (event.type === "response_done") {
          Object.assign(event.response.usage, { inputTokens: tokens.input, outputTokens: tokens.output });
        }
        yield event;
      }
    },
  };
  return { model, requests };
}

type Limits = { DAILY_USER_TOKENS?: string; DAILY_TOKENS?: string; ASSISTANT?: string };

async function start(model: Model, settings: Limits, databaseUrl?: string): Promise<TestServer> {
  const assistant = asAssistant(model, { costs: true });
  const server = await startTestServer({ assistant, settings, ...(databaseUrl && { databaseUrl }) });
  closeAfterTest(server);
  return server;
}

/** What is counted against the limits of a day, the largest first. */
async function counted({ databaseUrl }: TestServer): Promise<number[]> {
  const text = `select count from "rateLimits" where key like 'tokens%' order by 1 desc`;
  return (await sql<{ count: number }>(databaseUrl, text)).map(({ count }) => count);
}

/** What is counted once nothing is set aside any more. */
function settledAt(server: TestServer, ...counts: number[]): Promise<unknown> {
  return eventually(`${counts} tokens`, async () => JSON.stringify(await counted(server)) === JSON.stringify(counts));
}

describe("tokens of a day", () => {
  it("are counted as the model's server tells them, by user and for all", async () => {
    const calls = [functionCall("list_tasks", { status: "all" }, { callId: "call-1" })];
    const { model } = using({ input: 4_000, output: 100 }, (turn) => (turn === 0 ? calls : says("None.")));
    const server = await start(model, { DAILY_TOKENS: "10000000" });
    const [ann, bob] = [await signUp(server), await signUp(server)];
    await ann.say(await ann.conversation(), "list");
    await settledAt(server, 8_200, 8_200);
    await bob.say(await bob.conversation(), "list");
    await settledAt(server, 16_400, 8_200, 8_200);
  });

  it("that a user has used up end the answer with a notice, until the day is over; others are answered", async () => {
    const { model, requests } = using({ input: 60_000, output: 10_000 });
    const server = await start(model, { DAILY_USER_TOKENS: "200000" });
    const [ann, bob] = [await signUp(server), await signUp(server)];
    for (const used of [70_000, 140_000, 210_000]) {
      await ann.say(await ann.conversation(), "hello");
      await settledAt(server, used);
    }
    const id = await ann.conversation();
    await expectFailed(ann, id, await ann.say(id, "hello"), "token_limit");
    // When little is left, the model is told how long its answer may be; the fourth was not asked for.
    expect(requests).toEqual([undefined, 16_384, 16_384]);
    expect(textOf((await bob.say(await bob.conversation(), "hello")).parts)).toBe("Well.");
    await sql(server.databaseUrl, `update "rateLimits" set "windowEnds" = now()`);
    expect(textOf((await retry(ann, id)).parts)).toBe("Well.");
  });

  it("that all have used up together end everybody's answers", async () => {
    const { model } = using({ input: 199_000, output: 0 });
    const server = await start(model, { DAILY_TOKENS: "200000" });
    const [ann, bob] = [await signUp(server), await signUp(server)];
    await ann.say(await ann.conversation(), "hello");
    await settledAt(server, 199_000, 199_000);
    const id = await bob.conversation();
    await expectFailed(bob, id, await bob.say(id, "hello"), "token_limit");
    // Nothing of what was refused stays set aside.
    await settledAt(server, 199_000, 199_000, 0);
  });

  it("are not counted for a request that nothing came of, and in full for one that broke off", async () => {
    const failing: Model = {
      getResponse: () => Promise.reject(new Error("only streamed here")),
      async *getStreamedResponse(request) {
        if (JSON.stringify(request.input).includes("begin")) {
          yield { type: "output_text_delta", delta: "So" };
        }
        throw new Error("gone");
      },
    };
    const server = await start(failing, { DAILY_USER_TOKENS: "200000" });
    const ann = await signUp(server);
    await ann.say(await ann.conversation(), "hello");
    await settledAt(server, 0);
    await ann.say(await ann.conversation(), "begin");
    const [count] = await eventually("a count", async () => {
      const all = await counted(server);
      return (all[0] ?? 0) > 0 && all;
    });
    // The instructions and the tools alone have more bytes than this.
    expect(count).toBeGreaterThan(5_000);
    expect(count).toBeLessThan(60_000);
  });

  it("end an answer that grows beyond what was left", async () => {
    let told = 0;
    const endless: Model = {
      getResponse: () => Promise.reject(new Error("only streamed here")),
      async *getStreamedResponse() {
        for (;;) {
          told++;
          yield { type: "output_text_delta", delta: "x".repeat(1_000) };
        }
      },
    };
    const server = await start(endless, { DAILY_USER_TOKENS: "40000" });
    const ann = await signUp(server);
    const id = await ann.conversation();
    await expectFailed(ann, id, await ann.say(id, "hello"), "token_limit");
    expect(told).toBeLessThanOrEqual(18);
    const [count = 0] = await counted(server);
    expect(count).toBeLessThanOrEqual(40_000);
  });

  it("without a limit are not counted, nor are those of the assistant without a model", async () => {
    const { model } = using({ input: 4_000, output: 100 });
    const unlimited = await start(model, { DAILY_USER_TOKENS: "0" });
    const ann = await signUp(unlimited);
    await ann.say(await ann.conversation(), "hello");
    expect(await counted(unlimited)).toEqual([]);
    const ruled = await startTestServer({ settings: { DAILY_USER_TOKENS: "1" } });
    closeAfterTest(ruled);
    const bob = await signUp(ruled);
    expect(textOf((await bob.say(await bob.conversation(), "add milk")).parts)).toContain("milk");
  });
});

describe("an assistant that is switched off", () => {
  it("answers nobody and does nothing, and goes on when it is on again", async () => {
    const off = await startTestServer({ settings: { ASSISTANT: "off" } });
    closeAfterTest(off);
    const ann = await signUp(off);
    const id = await ann.conversation();
    await expectFailed(ann, id, await ann.say(id, "add milk"), "assistant_off");
    expect(await ann.tasks()).toEqual([]);
    await ann.json("POST", "/api/tasks", { title: "by hand" });
    await off.close();
    const on = await startTestServer({ databaseUrl: off.databaseUrl });
    closeAfterTest(on);
    await retry(ann.on(on), id);
    expect((await ann.on(on).tasks()).map(({ title }) => title)).toEqual(["by hand", "milk"]);
  });

  it("does not do what an approval lets it do, nor loses it", async () => {
    const deletes = [functionCall("delete_tasks", { tasks: null, all: "all" }, { callId: "call-1" })];
    const model = answering(({ turn }) => (turn === 0 ? deletes : says("Done.")));
    const on = await serve(model);
    const ann = await signUp(on);
    await ann.json("POST", "/api/tasks", { title: "milk" });
    const id = await ann.conversation();
    const { chunks } = await ann.say(id, "delete all");
    const approval = chunks.find((chunk) => chunk.type === "tool-approval-request");
    await on.close();
    const off = await startTestServer({ model, settings: { ASSISTANT: "off" }, databaseUrl: on.databaseUrl });
    closeAfterTest(off);
    const there = ann.on(off);
    await there.json("POST", `/api/approvals/${approval?.approvalId}`, { decision: "approve" });
    await eventually("the end", async () => (await there.messages(id))[0]?.status === "failed");
    expect(await there.tasks()).toHaveLength(1);
  });
});

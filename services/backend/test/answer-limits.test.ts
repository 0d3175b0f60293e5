import type { Model } from "@openai/agents";
import { functionCall } from "@openai/agents/testing";
import { limits, textOf } from "@todo/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addTasks } from "../../../test/support/fake-openai/tool-arguments.ts";
import { answering, says } from "./_answering.ts";
import { readAnswer, signUp, sql } from "./_harness.ts";
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
});

import { assistantMessage, functionCall, ScriptedModel } from "@openai/agents/testing";
import { type Chunk, textOf } from "@todo/contract";
import { describe, expect, it } from "vitest";
import { retryRun } from "../src/domain/runs.ts";
import { type Cursor, parseCursor, streamRun } from "../src/runs/stream-run.ts";
import { type Answer, closeAfterTest, signUp, startTestServer, type TestServer } from "./_harness.ts";
import { fold, json, runIs, serve } from "./_runs.ts";

const says = (text: string) => [assistantMessage(text)];
const add = (title: string, callId: string) =>
  functionCall("add_tasks", { tasks: [{ title, notes: null, priority: null, tags: null, due: null }] }, { callId });

describe("a failed run", () => {
  const broken = { type: "error" as const, error: new Error("the model broke") };

  async function failed(steps: ConstructorParameters<typeof ScriptedModel>[0]) {
    const server = await serve(new ScriptedModel(steps));
    const ann = await signUp(server);
    const id = await ann.conversation();
    const answer: Answer = await ann.say(id, "hello");
    return { server, ann, id, answer, run: await runIs(ann, id, "failed") };
  }

  it("goes on when it is tried again: one message, one answer, nothing done twice", async () => {
    const steps = [[add("Once", "call-1")], broken, says("Added.")];
    const { ann, id, answer, run } = await failed(steps);
    expect(answer.parts.at(-1)).toMatchObject({ type: "data-notice", data: { retry: true } });
    expect(await ann.messages(id)).toMatchObject([{ status: "failed" }, { role: "user" }]);
    expect(await ann.json("POST", `/api/runs/${run.id}/retry`, {})).toMatchObject({ status: "queued" });
    await runIs(ann, id, "done");
    const messages = await ann.messages(id);
    expect(messages).toMatchObject([{ role: "assistant", status: "complete" }, { role: "user" }]);
    expect(textOf(messages[0]?.parts ?? [])).toBe("Added.");
    expect(messages[0]?.parts.map((part) => part.type)).toEqual(["step-start", "dynamic-tool", "step-start", "text"]);
    expect(await ann.tasks()).toMatchObject([{ title: "Once" }]);
  });

  it("can be tried again by its owner only, and only while it is failed", async () => {
    const { server, ann, id, run } = await failed([broken, says("Fine.")]);
    const bob = await signUp(server);
    expect((await bob.request("POST", `/api/runs/${run.id}/retry`, {})).status).toBe(404);
    const twice = await Promise.all([1, 2].map(() => ann.request("POST", `/api/runs/${run.id}/retry`, {})));
    expect(twice.map((response) => response.status).sort()).toEqual([200, 409]);
    await runIs(ann, id, "done");
    expect((await ann.request("POST", `/api/runs/${run.id}/retry`, {})).status).toBe(409);
    expect(await ann.messages(id)).toHaveLength(2);
  });

  it("can't be tried again once a newer answer is there", async () => {
    const { ann, id, run } = await failed([broken, says("Fine.")]);
    await ann.say(id, "and now?");
    expect((await ann.request("POST", `/api/runs/${run.id}/retry`, {})).status).toBe(409);
    expect(await ann.messages(id)).toHaveLength(4);
  });

  it("can't be tried again once a newer answer is there, whatever the clock of its replica says", async () => {
    const { server, ann, id, run } = await failed([broken]);
    const behind = await startTestServer({
      databaseUrl: server.databaseUrl,
      model: new ScriptedModel([says("Fine.")]),
      clock: () => new Date(Date.now() - 3_600_000),
    });
    closeAfterTest(behind);
    await server.deps.worker.close();
    await ann.on(behind).say(id, "and now?");
    expect((await ann.request("POST", `/api/runs/${run.id}/retry`, {})).status).toBe(409);
  });

  it("is told whole to a reader who knows an end that was taken back", async () => {
    const { server, ann, id, answer, run } = await failed([broken]);
    await server.deps.worker.close();
    await server.deps.asUser(ann.userId, (ctx) => retryRun(ctx, run.id));
    const reading = follow(server, run, parseCursor(answer.ids.at(-1)));
    await serve(new ScriptedModel([says("Fine.")]), server.databaseUrl);
    await reading.ended;
    const [stored] = await ann.messages(id);
    expect(json(fold([...answer.chunks, ...reading.chunks]))).toEqual(stored?.parts);
  });
});

/** Reads a run at a server, without HTTP. */
function follow(server: TestServer, run: { id: string }, from?: Cursor) {
  const chunks: Chunk[] = [];
  const ended = streamRun(server.deps, run, from, (chunk) => chunks.push(chunk), new AbortController().signal);
  return { chunks, ended };
}

import { randomUUID } from "node:crypto";
import { assistantMessage, functionCall, ScriptedModel } from "@openai/agents/testing";
import { textOf } from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { closeAfterTest, readAnswer, signUp, startTestServer, type TestServer } from "./_harness.ts";
import { gate, slowText } from "./_models.ts";

let rules: TestServer;
beforeAll(async () => {
  rules = await startTestServer();
  return rules.close;
});

describe("a conversation", () => {
  it("adds the task it was asked for and tells so from the committed row", async () => {
    const ann = await signUp(rules);
    const id = await ann.conversation();
    const answer = await ann.say(id, "Add a task to test deployment");
    expect(answer.done).toBe(true);
    expect(textOf(answer.parts)).toContain("#1");
    const [task] = await ann.tasks();
    expect(task).toMatchObject({ number: 1, title: expect.stringMatching(/^test deployment$/i), status: "open" });
    const [reply, question] = await ann.messages(id);
    expect(question).toMatchObject({ role: "user", status: "complete" });
    expect(reply).toMatchObject({ role: "assistant", status: "complete" });
    expect(reply?.parts).toEqual(JSON.parse(JSON.stringify(answer.parts)));
  });

  it("moves a task to another day at the same time", async () => {
    const ann = await signUp(rules);
    const id = await ann.conversation();
    await ann.say(id, "add call the bank on 2026-12-01 at 9:30");
    await ann.say(id, "move task 1 to 2026-12-03");
    expect(await ann.tasks()).toMatchObject([{ due: { date: "2026-12-03", time: "09:30" } }]);
    await ann.say(id, "move task 1 to 2026-12-04 at 10:00");
    expect(await ann.tasks()).toMatchObject([{ due: { date: "2026-12-04", time: "10:00" } }]);
  });

  it("takes away from a task what the user no longer wants there", async () => {
    const ann = await signUp(rules);
    const due = { date: "2026-12-24", time: null, zone: "UTC" };
    await ann.json("POST", "/api/tasks", { title: "rent", notes: "by hand", tags: ["home"], due });
    const id = await ann.conversation();
    await ann.say(id, "remove the notes from task 1");
    expect(await ann.tasks()).toMatchObject([{ notes: "", tags: ["home"], due }]);
    await ann.say(id, "remove tag home from task 1");
    await ann.say(id, "remove the due date of task 1");
    expect(await ann.tasks()).toMatchObject([{ notes: "", tags: [], due: null }]);
  });

  it("is titled by its first message until the user names it", async () => {
    const ann = await signUp(rules);
    const id = await ann.conversation();
    await ann.say(id, "What's pending?");
    expect(await ann.json("GET", `/api/conversations/${id}`)).toMatchObject({ title: "What's pending?" });
    await ann.json("PATCH", `/api/conversations/${id}`, { title: "Mine" });
    await ann.say(id, "hello");
    expect(await ann.json("GET", `/api/conversations/${id}`)).toMatchObject({ title: "Mine" });
    expect(await ann.json("GET", "/api/conversations?q=pending")).toMatchObject({ items: [{ id }] });
    expect(await ann.json("GET", "/api/conversations?q=nowhere%25")).toMatchObject({ items: [] });
  });
});

describe("a message sent again", () => {
  it("attaches to the same run, however often and from wherever at once", async () => {
    const ann = await signUp(rules);
    const id = await ann.conversation();
    const messageId = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ann.say(id, "Add a task to water the plants", messageId)),
    );
    for (const answer of answers) expect(answer.chunks).toEqual(answers[0]?.chunks);
    expect(await ann.tasks()).toHaveLength(1);
    expect(await ann.messages(id)).toHaveLength(2);
  });

  it("is refused with another text, and in another conversation", async () => {
    const ann = await signUp(rules);
    const id = await ann.conversation();
    const messageId = randomUUID();
    await ann.say(id, "hello", messageId);
    const response = await ann.send(id, "hello!", messageId);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ error: { code: "idempotency_mismatch" } });
    const elsewhere = await ann.send(await ann.conversation(), "hello", messageId);
    expect(elsewhere.status).toBe(422);
  });
});

describe("a running answer", () => {
  it("is told from its start to who comes later, and goes on when its reader is gone", async () => {
    const hold = gate();
    const server = await startTestServer({ model: slowText(["One ", "two ", "three."], hold) });
    closeAfterTest(server);
    const ann = await signUp(server);
    const id = await ann.conversation();
    const cut = await readAnswer(await ann.send(id, "count"), (chunks) => chunks.some((c) => c.type === "text-delta"));
    expect(textOf(cut.parts)).toBe("One ");
    const second = readAnswer(await ann.request("GET", `/api/conversations/${id}/stream`));
    const rest = readAnswer(
      await ann.request("GET", `/api/conversations/${id}/stream`, undefined, {
        headers: { "last-event-id": cut.ids.at(-1) ?? "" },
      }),
    );
    hold.open();
    expect(textOf((await second).parts)).toBe("One two three.");
    expect(await rest).toMatchObject({ done: true });
    const deltas = (await rest).chunks.flatMap((chunk) => (chunk.type === "text-delta" ? [chunk.delta] : []));
    expect(deltas.join("")).toBe("two three.");
    expect((await ann.request("GET", `/api/conversations/${id}/stream`)).status).toBe(204);
  });

  it("keeps what it has said when it is stopped", async () => {
    const hold = gate();
    const server = await startTestServer({ model: slowText(["One ", "two."], hold) });
    closeAfterTest(server);
    const ann = await signUp(server);
    const id = await ann.conversation();
    const reading = readAnswer(await ann.send(id, "count"));
    const run = await eventually("a running answer that has begun", async () => {
      const conversation = await ann.json<{ run: { id: string } | null }>("GET", `/api/conversations/${id}`);
      const begun = await readAnswer(await ann.request("GET", `/api/conversations/${id}/stream`), (chunks) =>
        chunks.some((chunk) => chunk.type === "text-delta"),
      );
      return begun.chunks.length > 0 && (conversation.run ?? undefined);
    });
    await ann.json("POST", `/api/runs/${run.id}/stop`, {});
    const answer = await reading;
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "interrupted" });
    const [reply] = await ann.messages(id);
    expect(reply).toMatchObject({ status: "stopped" });
    expect(textOf(reply?.parts ?? [])).toBe("One ");
    hold.open();
  });

  it("holds off a second message, and a fourth conversation", async () => {
    const hold = gate();
    const server = await startTestServer({ model: slowText(["Well."], hold) });
    closeAfterTest(server);
    const ann = await signUp(server);
    const ids = await Promise.all([ann.conversation(), ann.conversation(), ann.conversation(), ann.conversation()]);
    const [a, b, c, d] = ids as [string, string, string, string];
    const reading = await Promise.all([a, b, c].map((id) => ann.send(id, "hi")));
    const second = await ann.send(a, "and?");
    expect(second.status).toBe(409);
    expect(await second.json()).toMatchObject({ error: { code: "run_active" } });
    const fourth = await ann.send(d, "hi");
    expect(fourth.status).toBe(429);
    expect(await fourth.json()).toMatchObject({ error: { code: "too_many_runs" } });
    expect(await ann.messages(d)).toEqual([]);
    hold.open();
    await Promise.all(reading.map((response) => readAnswer(response)));
  });
});

describe("the limits of a run", () => {
  it("changes 20 tasks at most, and a refused call leaves nothing behind", async () => {
    const many = Array.from({ length: 15 }, (_, i) => ({ ...blank, title: `Task ${i}` }));
    const model = new ScriptedModel([
      [functionCall("add_tasks", { tasks: many }, { callId: "call-1" })],
      [functionCall("add_tasks", { tasks: many }, { callId: "call-2" })],
      [assistantMessage("That was too much.")],
    ]);
    const server = await startTestServer({ model });
    closeAfterTest(server);
    const ann = await signUp(server);
    const answer = await ann.say(await ann.conversation(), "add thirty");
    const outputs = answer.chunks.flatMap((chunk) => (chunk.type === "tool-output-available" ? [chunk.output] : []));
    expect(outputs).toMatchObject([{ changes: { length: 15 } }, { changes: [], error: { code: "change_limit" } }]);
    expect(await ann.tasks()).toHaveLength(15);
  });

  it("takes so long at most, keeps what was said, and can be tried again", async () => {
    const hold = gate();
    const server = await startTestServer({ model: slowText(["One ", "two."], hold), runSeconds: 0.3 });
    closeAfterTest(server);
    const ann = await signUp(server);
    const id = await ann.conversation();
    const answer = await ann.say(id, "count");
    const notice = { code: "time_limit", retry: true };
    expect(answer.chunks).toContainEqual({ type: "data-notice", data: expect.objectContaining(notice) });
    expect(textOf(answer.parts)).toBe("One ");
    hold.open();
    const { run } = await ann.json<{ run: { id: string } }>("GET", `/api/conversations/${id}`);
    await ann.json("POST", `/api/runs/${run.id}/retry`, {});
    await eventually("the whole answer", async () => {
      const [reply] = await ann.messages(id);
      return reply?.status === "complete" && textOf(reply.parts) === "One two.";
    });
  });

  it("takes 10 turns at most and says so", async () => {
    const model = new ScriptedModel(
      Array.from({ length: 11 }, (_, i) => [functionCall("list_tasks", { ...anyTask }, { callId: `call-${i}` })]),
    );
    const server = await startTestServer({ model });
    closeAfterTest(server);
    const ann = await signUp(server);
    const id = await ann.conversation();
    const answer = await ann.say(id, "loop");
    expect(answer.chunks).toContainEqual({
      type: "data-notice",
      data: expect.objectContaining({ code: "turn_limit", retry: false }),
    });
    expect(model.calls).toHaveLength(10);
    expect((await ann.messages(id))[0]).toMatchObject({ status: "failed" });
  });
});

const blank = { notes: null, priority: null, tags: null, due: null };
const anyTask = { status: "all", query: null, tag: null, priority: null, dueBefore: null, dueAfter: null };

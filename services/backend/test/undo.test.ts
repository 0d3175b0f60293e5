import { functionCall } from "@openai/agents/testing";
import { type ErrorBody, type PastChange, type Task, type ToolOutput, textOf } from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { emptyTrash } from "../src/domain/trash.ts";
import { answering, says } from "./_answering.ts";
import { closeAfterTest, type Person, signUp, startTestServer, type TestServer } from "./_harness.ts";

/** A model that makes the calls which the message holds as JSON: `[name, input]` each. */
const obedient = answering(({ said, turn }) => {
  if (turn > 0 || !said.startsWith("[")) return says("Well.");
  const calls = JSON.parse(said) as [string, Record<string, unknown>][];
  return calls.map(([name, input], i) => functionCall(name, input, { callId: `call-${i}` }));
});

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ model: obedient });
  return server.close;
});

/** Somebody with tasks of these titles, by title. */
async function someone(...titles: string[]) {
  const person = await signUp(server);
  const tasks: Record<string, Task> = {};
  for (const title of titles) tasks[title] = await person.json<Task>("POST", "/api/tasks", { title, tags: ["old"] });
  return { person, tasks };
}

/** Has the assistant make these calls in one answer; gives their outputs and the answer's run. */
async function answer(person: Person, calls: [string, object][]) {
  const id = await person.conversation();
  const { chunks } = await person.say(id, JSON.stringify(calls));
  const { run } = await person.json<{ run: { id: string } }>("GET", `/api/conversations/${id}`);
  const outputs = chunks.flatMap((chunk) =>
    chunk.type === "tool-output-available" ? [chunk.output as ToolOutput] : [],
  );
  return { conversation: id, run: run.id, outputs };
}

const undo = (person: Person, body: object) => person.request("POST", "/api/changes/undo", body);
const undone = (person: Person, body: object) => person.json<ToolOutput>("POST", "/api/changes/undo", body);
const get = (person: Person, { id }: Task) => person.json<Task>("GET", `/api/tasks/${id}`);
const without = (task: Task) => ({ ...task, updatedAt: "" });

describe("undo of a whole answer", () => {
  it("takes back all that it did, in one call, and is known as undone afterwards", async () => {
    const { person, tasks } = await someone("milk", "rent", "call");
    const { milk, rent, call } = tasks as Record<"milk" | "rent" | "call", Task>;
    const { run, conversation, outputs } = await answer(person, [
      ["update_tasks", { changes: [{ task: milk.number, title: "oat milk", tags: ["new"], due: "2026-12-24" }] }],
      ["complete_tasks", { tasks: [rent.number] }],
      ["delete_tasks", { tasks: [call.number], all: null }],
      ["add_tasks", { tasks: [{ title: "extra" }] }],
    ]);
    const events = outputs.flatMap(({ changes }) => changes.map(({ event }) => event));
    const { changes, left } = await undone(person, { run });
    expect(changes.map(({ kind }) => kind).sort()).toEqual(["deleted", "reopened", "restored", "updated"]);
    expect(left).toBeUndefined();
    expect((await person.tasks()).map(without)).toEqual([milk, rent, call].map(without));
    const known = await person.json<{ items: { event: number }[] }>(
      "GET",
      `/api/changes?conversation=${conversation}&undone=true`,
    );
    expect(known.items.map(({ event }) => event).sort()).toEqual([...events].sort());
    // Once more is no second undo.
    expect(await undone(person, { run })).toEqual({ changes: [] });
  });

  it("goes on after a thousand changes", async () => {
    const { person } = await someone();
    const body = (from: number, count: number) => ({
      tasks: Array.from({ length: count }, (_, i) => ({ title: `task ${from + i}` })),
    });
    const run = "6f1c1f0e-0000-4000-8000-0000000000aa";
    await server.deps.asUser(person.userId, async (ctx) => {
      const { addTasks } = await import("../src/domain/tasks.ts");
      const call = { runId: run, callId: "call-bulk", operation: "add_tasks", tokenId: null };
      for (let i = 0; i < 1_050; i += 210) await addTasks({ ...ctx, call }, body(i, 210).tasks);
    });
    const first = await undone(person, { run });
    expect([first.changed, first.left]).toEqual([1_000, 50]);
    const second = await undone(person, { run });
    expect([second.changes.length, second.left]).toEqual([50, undefined]);
    expect(await person.tasks()).toEqual([]);
  });
});

describe("undo of one change", () => {
  it("sets back the fields that the change altered, and leaves later changes of others", async () => {
    const { person, tasks } = await someone("milk");
    const { milk } = tasks as { milk: Task };
    const { outputs } = await answer(person, [
      ["update_tasks", { changes: [{ task: milk.number, title: "oat milk", tags: ["new"] }] }],
    ]);
    await person.json("PATCH", `/api/tasks/${milk.id}`, { notes: "two litres" });
    await undone(person, { changes: [outputs[0]?.changes[0]?.event] });
    expect(await get(person, milk)).toMatchObject({ title: "milk", tags: ["old"], notes: "two litres" });
  });

  it("is refused where a later change would be lost, says what is there now, and does it when told to", async () => {
    const { person, tasks } = await someone("milk", "rent");
    const { milk, rent } = tasks as Record<"milk" | "rent", Task>;
    const { run } = await answer(person, [
      ["update_tasks", { changes: [{ task: milk.number, due: "2026-12-01" }] }],
      ["complete_tasks", { tasks: [rent.number] }],
    ]);
    await person.json("PATCH", `/api/tasks/${milk.id}`, {
      due: { date: "2026-12-24", time: "18:00", zone: "Europe/Berlin" },
    });
    const refused = await undo(person, { run });
    expect(refused.status).toBe(409);
    const { error } = (await refused.json()) as ErrorBody;
    expect(error).toMatchObject({
      code: "undo_conflict",
      details: [{ path: `#${milk.number} milk`, message: "due is now 2026-12-24 18:00" }],
    });
    // All or nothing: the other task stays as it is, too.
    expect(await get(person, rent)).toMatchObject({ status: "done" });
    await undone(person, { run, anyway: true });
    expect(await get(person, milk)).toMatchObject({ due: null });
    expect(await get(person, rent)).toMatchObject({ status: "open" });
  });

  it("does not take an added task away that was worked on since", async () => {
    const { person } = await someone();
    const { run } = await answer(person, [["add_tasks", { tasks: [{ title: "plan" }] }]]);
    const [plan] = await person.tasks();
    await person.json("PATCH", `/api/tasks/${plan?.id}`, { notes: "much work" });
    expect((await undo(person, { run })).status).toBe(409);
    expect(await person.tasks()).toHaveLength(1);
    await undone(person, { run, anyway: true });
    expect(await person.tasks()).toEqual([]);
  });

  it("tells a task that is in the trash by now from one that was changed", async () => {
    const { person, tasks } = await someone("milk");
    const { milk } = tasks as { milk: Task };
    const { run } = await answer(person, [["complete_tasks", { tasks: [milk.number] }]]);
    await person.json("DELETE", `/api/tasks/${milk.id}`);
    const refused = (await (await undo(person, { run })).json()) as ErrorBody;
    expect(refused.error.details).toEqual([{ path: `#${milk.number} milk`, message: "it is deleted now" }]);
  });

  it("of a request goes by the request's id", async () => {
    const { person, tasks } = await someone("milk");
    const { milk } = tasks as { milk: Task };
    const response = await person.request("DELETE", `/api/tasks/${milk.id}`);
    await undone(person, { call: response.headers.get("x-request-id") });
    expect(await get(person, milk)).toMatchObject({ deletedAt: null });
  });
});

describe("an undone undo", () => {
  it("is a redo, and so on, and each time it is known what is in effect", async () => {
    const { person, tasks } = await someone("milk");
    const { milk } = tasks as { milk: Task };
    const { run, conversation } = await answer(person, [["complete_tasks", { tasks: [milk.number] }]]);
    const state = async () => {
      const query = `/api/changes?conversation=${conversation}`;
      const { items } = await person.json<{ items: { undone: boolean }[] }>("GET", query);
      return [(await get(person, milk)).status, items[0]?.undone];
    };
    expect(await state()).toEqual(["done", false]);
    let { changes } = await undone(person, { run });
    expect(await state()).toEqual(["open", true]);
    for (const expected of [
      ["done", false],
      ["open", true],
      ["done", false],
    ]) {
      ({ changes } = await undone(person, { changes: changes.map(({ event }) => event) }));
      expect(await state()).toEqual(expected);
    }
    await undone(person, { run });
    expect(await state()).toEqual(["open", true]);
  });

  it("is found by the change that it took back, page by page", async () => {
    const { person } = await someone();
    const { run, conversation } = await answer(person, [
      ["add_tasks", { tasks: [{ title: "milk" }, { title: "rent" }, { title: "call" }] }],
    ]);
    await undone(person, { run });
    const found: PastChange[] = [];
    for (let page: PastChange[] | undefined; page === undefined || page.length > 0; found.push(...page)) {
      const before = found.length > 0 ? `&before=${found.at(-1)?.event}` : "";
      const query = `/api/changes?conversation=${conversation}&undone=true&limit=2${before}`;
      ({ items: page } = await person.json<{ items: PastChange[] }>("GET", query));
    }
    expect(found.map(({ title }) => title)).toEqual(["call", "rent", "milk"]);
    await undone(person, { changes: found.map(({ undoneBy }) => undoneBy) });
    expect((await person.tasks()).map(({ title }) => title)).toEqual(["milk", "rent", "call"]);
    // What is in effect again is taken back by nothing.
    const { items } = await person.json<{ items: PastChange[] }>("GET", `/api/changes?conversation=${conversation}`);
    expect(items.map(({ undoneBy }) => undoneBy)).toEqual([undefined, undefined, undefined]);
  });
});

describe("undo without a name", () => {
  it("goes back change by change, and redo forth again", async () => {
    const { person } = await someone("milk", "rent");
    await undone(person, {});
    expect((await person.tasks()).map(({ title }) => title)).toEqual(["milk"]);
    await undone(person, {});
    expect(await person.tasks()).toEqual([]);
    expect(await (await undo(person, {})).json()).toMatchObject({ error: { code: "nothing_to_undo" } });
    await undone(person, { redo: true });
    await undone(person, { redo: true });
    expect((await person.tasks()).map(({ title }) => title)).toEqual(["milk", "rent"]);
    expect((await undo(person, { redo: true })).status).toBe(409);
  });

  it("takes back the newest change of the tasks that are named", async () => {
    const { person, tasks } = await someone("milk", "rent");
    const { milk, rent } = tasks as Record<"milk" | "rent", Task>;
    await person.json("DELETE", `/api/tasks/${milk.id}`);
    await person.json("PATCH", `/api/tasks/${rent.id}`, { title: "the rent" });
    const output = await undone(person, { tasks: [milk.number, 99] });
    expect(output).toMatchObject({ changes: [{ kind: "restored" }], notFound: [99] });
    expect(await get(person, rent)).toMatchObject({ title: "the rent" });
  });
});

describe("somebody else's changes", () => {
  it("are answered like unknown ones and stay", async () => {
    const { person, tasks } = await someone("milk");
    const { milk } = tasks as { milk: Task };
    const { run, outputs } = await answer(person, [["complete_tasks", { tasks: [milk.number] }]]);
    const other = await signUp(server);
    const event = outputs[0]?.changes[0]?.event;
    for (const body of [{ run }, { changes: [event] }, { call: "call-0" }]) {
      const foreign = await undo(other, body);
      expect(foreign.status).toBe(404);
    }
    expect(await get(person, milk)).toMatchObject({ status: "done" });
  });
});

describe("the trash", () => {
  it("shows what was deleted, gives it back, and lets go of it after 30 days", async () => {
    const { person, tasks } = await someone("milk", "rent", "call");
    const { milk, rent } = tasks as Record<"milk" | "rent", Task>;
    for (const { id } of [milk, rent]) await person.json("DELETE", `/api/tasks/${id}`);
    expect((await person.tasks("status=deleted")).map(({ title }) => title)).toEqual(["milk", "rent"]);
    const restored = await person.json<ToolOutput>("POST", "/api/tasks/restore", { tasks: [rent.number, 99] });
    expect(restored).toMatchObject({ changes: [{ kind: "restored", after: { id: rent.id } }], notFound: [99] });
    const { db } = server.deps;
    const days = (count: number) => new Date(Date.now() + count * 24 * 60 * 60 * 1_000);
    await emptyTrash(db, days(29));
    expect(await person.tasks("status=deleted")).toHaveLength(1);
    await emptyTrash(db, days(31));
    expect(await person.tasks("status=deleted")).toEqual([]);
    expect((await person.tasks()).map(({ title }) => title)).toEqual(["rent", "call"]);
    // What is gone for good can't be undone, which is said rather than done in part.
    expect((await undo(person, { tasks: [milk.number] })).status).toBe(200);
    expect(await undone(person, { tasks: [milk.number] })).toEqual({ changes: [], notFound: [milk.number] });
  });
});

describe("undo in the chat, without a model", () => {
  it("takes back what was just done, says what would be lost, and redoes it", async () => {
    const rules = await startTestServer();
    closeAfterTest(rules);
    const person = await signUp(rules);
    const id = await person.conversation();
    const say = async (text: string) => textOf((await person.say(id, text)).parts);
    await say("add buy milk");
    await say("delete buy milk");
    expect(await person.tasks()).toEqual([]);
    expect(await say("bring it back")).toContain('Restored #1 "buy milk"');
    expect(await say("redo")).toContain('Deleted #1 "buy milk"');
    expect(await say("restore the milk task")).toContain("Restored #1");
    await say("mark task 1 as done");
    const [milk] = await person.tasks();
    await person.json("PATCH", `/api/tasks/${milk?.id}`, { title: "buy oat milk" });
    await person.json("PATCH", `/api/tasks/${milk?.id}`, { title: "buy rice milk" });
    expect(await say("undo task 1")).toContain('was "buy rice milk"');
    expect(await person.tasks()).toMatchObject([{ title: "buy oat milk", status: "done" }]);
  });
});

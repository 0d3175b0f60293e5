import { functionCall } from "@openai/agents/testing";
import type { PastChange, Task, ToolOutput } from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { emptyTrash } from "../src/domain/trash.ts";
import { answering, says } from "./_answering.ts";
import { type Person, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";

/** Completes task 1 and adds another, by two calls of one answer; any other message is only answered. */
const busy = answering(({ said, turn }) =>
  said === "work" && turn === 0
    ? [
        functionCall("complete_tasks", { tasks: [1] }, { callId: "call-1" }),
        functionCall("add_tasks", { tasks: [{ title: "rent" }] }, { callId: "call-2" }),
      ]
    : says("Well."),
);

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ model: busy });
  return server.close;
});

/** Somebody with one task. */
async function someone() {
  const ann = await signUp(server);
  const milk = await ann.json<Task>("POST", "/api/tasks", { title: "milk", tags: ["old"] });
  const change = (body: object) => ann.json<Task>("PATCH", `/api/tasks/${milk.id}`, body);
  const now = () => ann.json<Task>("GET", `/api/tasks/${milk.id}`);
  return { ann, milk, change, now };
}

const undone = (ann: Person, body: object) => ann.json<ToolOutput>("POST", "/api/changes/undo", body);

/** The numbers of the newest changes, newest first. */
async function newest(ann: Person, count: number): Promise<number[]> {
  const { items } = await ann.json<{ items: PastChange[] }>("GET", `/api/changes?limit=${count}`);
  return items.map(({ event }) => event);
}

describe("undo of several changes of one task", () => {
  it("goes back to what was before the first of them, in every field", async () => {
    const { ann, milk, change, now } = await someone();
    const due = { date: "2026-12-24", time: "18:00", zone: "Europe/Berlin" };
    await change({ title: "oat milk", notes: "two litres", priority: "high", due });
    await change({ title: "rice milk", tags: ["new"], priority: "low", status: "done" });
    await undone(ann, { changes: await newest(ann, 2) });
    expect(await now()).toEqual({ ...milk, updatedAt: expect.any(String) });
  });

  it("is no loss where somebody has set a field back by hand", async () => {
    const { ann, change, now } = await someone();
    await change({ title: "oat milk", priority: "high" });
    const changes = await newest(ann, 1);
    await change({ title: "milk" });
    await undone(ann, { changes });
    expect(await now()).toMatchObject({ title: "milk", priority: "none" });
  });
});

describe("undo without a name", () => {
  it("takes back the whole newest answer, whichever calls it made", async () => {
    const { ann } = await someone();
    await ann.say(await ann.conversation(), "work");
    expect(await ann.tasks()).toMatchObject([{ status: "done" }, { title: "rent" }]);
    await undone(ann, {});
    expect(await ann.tasks()).toMatchObject([{ title: "milk", status: "open" }]);
  });

  it("names a task of which nothing is left to take back", async () => {
    const { ann } = await someone();
    expect(await undone(ann, { tasks: [1] })).toMatchObject({ changes: [{ kind: "deleted" }] });
    expect(await undone(ann, { tasks: [1] })).toEqual({ changes: [], notFound: [1] });
  });
});

describe("what was changed", () => {
  it("is listed as far as it is undone, as far as it is not, or all of it", async () => {
    const { ann, change } = await someone();
    await change({ title: "oat milk" });
    await undone(ann, {});
    const kinds = async (query: string) => {
      const { items } = await ann.json<{ items: PastChange[] }>("GET", `/api/changes?${query}`);
      return items.map(({ kind, undo }) => `${undo ? "undo: " : ""}${kind}`);
    };
    expect(await kinds("undone=true")).toEqual(["updated"]);
    expect(await kinds("undone=false")).toEqual(["undo: updated", "added"]);
    expect(await kinds("")).toEqual(["undo: updated", "updated", "added"]);
  });

  it("is taken back by one name, not by two that may differ", async () => {
    const { ann, change, now } = await someone();
    await change({ title: "oat milk" });
    const both = { changes: await newest(ann, 1), tasks: [1] };
    expect((await ann.request("POST", "/api/changes/undo", both)).status).toBe(422);
    expect(await now()).toMatchObject({ title: "oat milk" });
  });
});

describe("a trash of a long list", () => {
  it("is emptied whole", async () => {
    const { ann } = await someone();
    await sql(
      server.databaseUrl,
      `insert into tasks (id, "userId", number, title, notes, status, priority, tags, "createdAt", "updatedAt", "deletedAt")
       select gen_random_uuid(), $1, n, 'Task ' || n, '', 'open', 'none', '{}', now(), now(), now() - interval '31 days'
       from generate_series(2, 1002) n`,
      [ann.userId],
    );
    expect(await emptyTrash(server.deps.db, new Date())).toBe(1_001);
    expect(await ann.tasks("status=deleted")).toEqual([]);
  });
});

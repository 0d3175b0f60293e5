import {
  type ApprovalRequested,
  approvalRequestedSchema,
  type DecidedCall,
  decidedCallSchema,
  limits,
  type PastChange,
  type PendingApproval,
  pendingApprovalListSchema,
  type Task,
} from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { forgetOldCalls } from "../src/domain/waiting-calls.ts";
import { type Person, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";
import { makeProgram, type Program } from "./_program.ts";

let now = new Date();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ clock: () => now });
  return server.close;
});

/** Somebody with so many tasks, and a program of theirs. */
async function personWith(count: number): Promise<{ ann: Person; program: Program; tasks: Task[] }> {
  const ann = await signUp(server);
  const tasks = [];
  for (let i = 1; i <= count; i++) tasks.push(await ann.json<Task>("POST", "/api/tasks", { title: `Task ${i}` }));
  return { ann, program: await makeProgram(ann), tasks };
}

type Caller = Pick<Program, "request">;

/** Asks to delete many. */
async function askToDelete(caller: Caller, body: object): Promise<ApprovalRequested> {
  now = new Date(now.getTime() + 1);
  const response = await caller.request("POST", "/api/tasks/delete", body);
  expect(response.status).toBe(202);
  return approvalRequestedSchema.strict().parse(await response.json());
}

async function waitingOf(ann: Person): Promise<PendingApproval[]> {
  return pendingApprovalListSchema.parse(await ann.json("GET", "/api/approvals")).items;
}

async function decide(ann: Person, id: string, decision: "approve" | "reject"): Promise<DecidedCall> {
  return decidedCallSchema.strict().parse(await ann.json("POST", `/api/approvals/${id}`, { decision }));
}

async function numbersOf(ann: Person): Promise<number[]> {
  return (await ann.tasks()).map(({ number }) => number);
}

const five = { tasks: [1, 2, 3, 4, 5] };

describe("a call that deletes five tasks", () => {
  it("is not done but waits, with exactly these tasks, in the app", async () => {
    const { ann, program, tasks } = await personWith(6);
    const { approval, message } = await askToDelete(program, five);
    expect(approval).toEqual({ id: expect.any(String), action: "delete_tasks", tasks: 5 });
    expect(message).toMatch(/5 tasks needs the user's approval/);
    expect(await numbersOf(ann)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await waitingOf(ann)).toEqual([
      {
        id: approval.id,
        descriptor: { action: "delete_tasks", tasks: tasks.slice(0, 5) },
        tokenName: "my script",
        createdAt: expect.any(String),
      },
    ]);
  });

  it("is done once it is approved, for exactly those tasks, in the token's name; and once only", async () => {
    const { ann, program, tasks } = await personWith(6);
    const { approval } = await askToDelete(program, { tasks: [1, 2, 3, 4, 99, 5] });
    const all = await Promise.all([1, 2, 3, 4].map(() => decide(ann, approval.id, "approve")));
    for (const decided of all) {
      expect(decided.approval).toEqual({ id: approval.id, status: "approved" });
      expect(decided.output.changes.map(({ kind, after }) => [kind, after.number])).toEqual(
        [1, 2, 3, 4, 5].map((number) => ["deleted", number]),
      );
      expect(decided.output.notFound).toEqual([99]);
    }
    expect(await numbersOf(ann)).toEqual([6]);
    expect(await waitingOf(ann)).toEqual([]);
    const events = await sql<{ tokenId: string; operation: string }>(
      server.databaseUrl,
      `select "tokenId", "operation" from "taskEvents" where "userId" = $1 and "kind" = 'deleted'`,
      [ann.userId],
    );
    expect(events).toEqual(Array.from({ length: 5 }, () => ({ tokenId: program.id, operation: "delete_tasks" })));
    const opposite = await ann.request("POST", `/api/approvals/${approval.id}`, { decision: "reject" });
    expect([opposite.status, await opposite.text()]).toEqual([409, expect.stringContaining("approval_decided")]);
    await ann.json("POST", `/api/tasks/${tasks[0]?.id}/restore`, {});
    await decide(ann, approval.id, "approve");
    expect(await numbersOf(ann)).toEqual([1, 6]);
  });

  it("deletes nothing when it is rejected, also if it is approved afterwards", async () => {
    const { ann, program } = await personWith(5);
    const { approval } = await askToDelete(program, five);
    for (let i = 0; i < 2; i++) {
      expect(await decide(ann, approval.id, "reject")).toEqual({
        approval: { id: approval.id, status: "rejected" },
        output: { changes: [] },
      });
    }
    const opposite = await ann.request("POST", `/api/approvals/${approval.id}`, { decision: "approve" });
    expect(opposite.status).toBe(409);
    expect(await numbersOf(ann)).toEqual([1, 2, 3, 4, 5]);
    expect(await waitingOf(ann)).toEqual([]);
  });

  it("leaves what was added since, what was not there when it was asked, and what is gone by now", async () => {
    const { ann, program, tasks } = await personWith(6);
    await ann.json("DELETE", `/api/tasks/${tasks[5]?.id}`);
    const all = await askToDelete(program, { all: "all" });
    expect(all.approval.tasks).toBe(5);
    await ann.json("POST", `/api/tasks/${tasks[5]?.id}/restore`, {});
    await ann.json("POST", "/api/tasks", { title: "New" });
    await ann.json("DELETE", `/api/tasks/${tasks[0]?.id}`);
    const { output } = await decide(ann, all.approval.id, "approve");
    expect(output.changes.map(({ after }) => after.number)).toEqual([2, 3, 4, 5]);
    expect(output.notFound).toEqual([1]);
    expect(await numbersOf(ann)).toEqual([6, 7]);
  });

  it("waits for a page with a session as well", async () => {
    const { ann } = await personWith(5);
    const headers = { "content-type": "application/json", "x-time-zone": "Asia/Tokyo" };
    const init = { body: JSON.stringify(five), headers };
    const response = await ann.request("POST", "/api/tasks/delete", undefined, init);
    expect(response.status).toBe(202);
    expect(await waitingOf(ann)).toMatchObject([{ tokenName: null, descriptor: { tasks: { length: 5 } } }]);
    expect(await numbersOf(ann)).toHaveLength(5);
  });

  it("can't be approved by the program, whatever it sends", async () => {
    const { ann, program } = await personWith(5);
    const { approval } = await askToDelete(program, five);
    for (const cookie of ["", ann.cookie]) {
      const path = `/api/approvals/${approval.id}`;
      const response = await program.request("POST", path, { decision: "approve" }, { cookie });
      expect(response.status).toBe(403);
    }
    expect((await program.request("POST", "/api/tasks/delete", { ...five, approved: five.tasks })).status).toBe(422);
    expect(await numbersOf(ann)).toHaveLength(5);
  });

  it("is nobody else's business", async () => {
    const { ann, program } = await personWith(5);
    const { approval } = await askToDelete(program, five);
    const bob = await signUp(server);
    expect((await bob.request("POST", `/api/approvals/${approval.id}`, { decision: "approve" })).status).toBe(404);
    expect(await waitingOf(bob)).toEqual([]);
    expect(await numbersOf(ann)).toHaveLength(5);
  });

  it("is rejected when its token is revoked", async () => {
    const { ann, program } = await personWith(5);
    const { approval } = await askToDelete(program, five);
    await ann.request("DELETE", `/api/tokens/${program.id}`);
    expect(await waitingOf(ann)).toEqual([]);
    expect((await ann.request("POST", `/api/approvals/${approval.id}`, { decision: "approve" })).status).toBe(409);
    expect(await numbersOf(ann)).toHaveLength(5);
  });

  it("goes with its user's account", async () => {
    const { ann, program } = await personWith(5);
    await askToDelete(program, five);
    await ann.json("POST", "/api/auth/delete-user", { password: "correct horse battery" });
    expect(await sql(server.databaseUrl, `select 1 from "approvals" where "userId" = $1`, [ann.userId])).toEqual([]);
  });
});

describe("what would delete nothing", () => {
  it("is not asked about", async () => {
    const { ann, program } = await personWith(0);
    const all = await program.request("POST", "/api/tasks/delete", { all: "all" });
    expect([all.status, await all.json()]).toMatchObject([200, { changes: [] }]);
    const named = await program.request("POST", "/api/tasks/delete", five);
    expect([named.status, await named.json()]).toMatchObject([200, { notFound: [1, 2, 3, 4, 5] }]);
    expect(await waitingOf(ann)).toEqual([]);
  });
});

describe("a bulk delete in small calls", () => {
  it("waits from the fifth task of a minute on, and no longer after it", async () => {
    const { ann, program, tasks } = await personWith(7);
    const remove = (i: number, caller: Caller = program) => caller.request("DELETE", `/api/tasks/${tasks[i]?.id}`);
    for (let i = 0; i < 4; i++) expect((await remove(i)).status).toBe(200);
    const fifth = await remove(4);
    expect(fifth.status).toBe(202);
    expect(await fifth.json()).toMatchObject({ approval: { tasks: 1 }, message: expect.stringContaining("a task") });
    expect((await remove(5, ann)).status).toBe(200);
    expect((await remove(5)).status).toBe(404);
    const other = await makeProgram(ann);
    expect((await remove(6, other)).status).toBe(200);
    now = new Date(now.getTime() + 61_000);
    expect((await remove(4)).status).toBe(200);
    expect(await numbersOf(ann)).toEqual([]);
  });

  it("is noticed in calls that come all at once", async () => {
    const { ann, program } = await personWith(12);
    const pieces = [1, 4, 7, 10].map((first) => ({ tasks: [first, first + 1, first + 2] }));
    const statuses = await Promise.all(
      pieces.map(async (piece) => (await program.request("POST", "/api/tasks/delete", piece)).status),
    );
    expect(statuses.sort()).toEqual([200, 202, 202, 202]);
    expect(await numbersOf(ann)).toHaveLength(9);
  });
});

describe("a bulk delete by taking back what was added", () => {
  it("is refused to a program, and done in the app", async () => {
    const { ann, program } = await personWith(6);
    const { items } = await ann.json<{ items: PastChange[] }>("GET", "/api/changes");
    const undo = { changes: items.map(({ event }) => event) };
    const refused = await program.request("POST", "/api/changes/undo", undo);
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: "approval_required" } }]);
    for (const [i, { event }] of items.slice(0, 5).entries()) {
      const { status } = await program.request("POST", "/api/changes/undo", { changes: [event] });
      expect(status).toBe(i < 4 ? 200 : 409);
    }
    expect(await numbersOf(ann)).toHaveLength(2);
    await ann.json("POST", "/api/changes/undo", undo);
    expect(await numbersOf(ann)).toEqual([]);
  });
});

describe("calls that wait", () => {
  it("are two when two programs ask the same", async () => {
    const { ann, program } = await personWith(5);
    const first = await askToDelete(program, five);
    const second = await askToDelete(await makeProgram(ann), five);
    expect((await waitingOf(ann)).map(({ id }) => id)).toEqual([second.approval.id, first.approval.id]);
  });

  it("are one when they ask the same, and are twenty at most", async () => {
    const { ann, program } = await personWith(6);
    const first = await askToDelete(program, five);
    expect(await askToDelete(program, five)).toEqual(first);
    const different = [{ all: "all" }, { all: "open" }, { tasks: [1, 2, 3, 4, 5, 6] }, { tasks: [2, 3, 4, 5, 6] }];
    for (const body of different) await askToDelete(program, body);
    expect(await waitingOf(ann)).toHaveLength(5);
    for (let i = 5; i < limits.waitingCalls; i++) await askToDelete(program, { tasks: [1, 2, 3, 4, 5, 100 + i] });
    const refused = await program.request("POST", "/api/tasks/delete", { tasks: [1, 2, 3, 4, 6] });
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining("20 calls wait in the app")]);
    expect(await askToDelete(program, five)).toEqual(first);
    const [newest, ...older] = await waitingOf(ann);
    expect(older.at(-1)?.id).toBe(first.approval.id);
    await decide(ann, newest?.id ?? "", "reject");
    await askToDelete(program, { tasks: [1, 2, 3, 4, 6] });
  });

  it("expire; what an answer waits for does not", async () => {
    const { ann, program } = await personWith(6);
    const old = await askToDelete(program, five);
    const conversation = await ann.conversation();
    await ann.say(conversation, "delete all tasks");
    const WEEK_MS = 7 * 24 * 60 * 60 * 1_000;
    now = new Date(now.getTime() + WEEK_MS - 1_000);
    const young = await askToDelete(program, { all: "all" });
    await forgetOldCalls(server.deps.db, now);
    expect((await waitingOf(ann)).map(({ id }) => id)).toEqual([young.approval.id, old.approval.id]);
    now = new Date(now.getTime() + 2_000);
    await forgetOldCalls(server.deps.db, now);
    expect((await waitingOf(ann)).map(({ id }) => id)).toEqual([young.approval.id]);
    expect((await ann.request("POST", `/api/approvals/${old.approval.id}`, { decision: "approve" })).status).toBe(404);
    const rows = await sql(
      server.databaseUrl,
      `select 1 from "approvals" where "userId" = $1 and "runId" is not null`,
      [ann.userId],
    );
    expect(rows).toHaveLength(1);
  });

  it("keep the zone in which they were called", async () => {
    const { ann, program } = await personWith(5);
    await askToDelete(program, five);
    for (const zone of ["Asia/Tokyo", "Mars/Base", "+02:00", undefined]) {
      const headers = { "content-type": "application/json", ...(zone !== undefined && { "x-time-zone": zone }) };
      const body = JSON.stringify({ tasks: [1, 2, 3, 4, 5, 100 + (zone?.length ?? 0)] });
      await ann.request("POST", "/api/tasks/delete", undefined, { body, headers });
      now = new Date(now.getTime() + 1);
    }
    const rows = await sql<{ timeZone: string }>(
      server.databaseUrl,
      `select "timeZone" from "approvals" where "userId" = $1 order by "createdAt"`,
      [ann.userId],
    );
    expect(rows.map(({ timeZone }) => timeZone)).toEqual(["Europe/Berlin", "Asia/Tokyo", "UTC", "UTC", "UTC"]);
  });
});

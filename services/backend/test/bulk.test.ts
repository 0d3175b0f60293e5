import { functionCall } from "@openai/agents/testing";
import {
  type ApprovalRequested,
  type Chunk,
  type DecidedCall,
  type Task,
  type ToolOutput,
  toolOutputSchema,
} from "@todo/contract";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { claimRuns, renewLeases } from "../src/db/queries/runs.ts";
import { append, LeaseLost } from "../src/domain/end-run.ts";
import { PORTION } from "../src/domain/portions.ts";
import { deleteTasks } from "../src/operations/delete-tasks.ts";
import { decide, finishCalls } from "../src/operations/perform.ts";
import { callOnce } from "../src/runs/call-once.ts";
import { RunLog } from "../src/runs/run-log.ts";
import { answering, says } from "./_answering.ts";
import { askApproval, withMany } from "./_bulk.ts";
import { readAnswer, signUp, sql, type TestServer } from "./_harness.ts";
import { slowText } from "./_models.ts";
import { begun, never, runIs, runRow, serve } from "./_runs.ts";

describe("leases", () => {
  /** Two answers that one owner, which never renews by itself, works on. */
  async function twoRuns() {
    const server = await serve(slowText(["One ", "two."], never));
    const ann = await signUp(server);
    const ids = [await ann.conversation(), await ann.conversation()];
    for (const id of ids) await readAnswer(await ann.send(id, "count"), begun);
    await server.deps.worker.close();
    const runs = await claimRuns(server.deps.db, "me", 10, { active: [], isBlind: false });
    await sql(server.databaseUrl, `update runs set "leaseUntil" = now() - interval '1 s'`);
    return { server, ann, runs };
  }

  async function isRenewed({ databaseUrl }: TestServer, id: string): Promise<boolean | undefined> {
    const [row] = await sql<{ renewed: boolean }>(
      databaseUrl,
      `select "leaseUntil" > now() as renewed from runs where id = $1`,
      [id],
    );
    return row?.renewed;
  }

  it("are renewed while somebody works on one of the runs for long, and that one is not lost", async () => {
    const { server, runs } = await twoRuns();
    const [busy, other] = runs;
    if (!busy || !other) throw new Error("two runs were claimed");
    const lock = new pg.Client({ connectionString: server.databaseUrl });
    await lock.connect();
    onTestFinished(() => lock.end());
    await lock.query("begin");
    await lock.query(`update runs set "chunkSeq" = "chunkSeq" where id = $1`, [busy.id]);
    // A renewal that waited would never come back.
    const held = await renewLeases(server.deps.db, "me", [busy.id, other.id]);
    expect(held.map(({ id, attempt }) => `${id} ${attempt}`).sort()).toEqual(
      runs.map(({ id, attempt }) => `${id} ${attempt}`).sort(),
    );
    expect(await isRenewed(server, other.id)).toBe(true);
    expect(await isRenewed(server, busy.id)).toBe(false);
    await lock.query("rollback");
    expect(await renewLeases(server.deps.db, "somebody else", [busy.id, other.id])).toEqual([]);
    await renewLeases(server.deps.db, "me", [busy.id]);
    expect(await isRenewed(server, busy.id)).toBe(true);
  });

  it("are renewed by whatever their owner writes", async () => {
    const { server, ann, runs } = await twoRuns();
    const [mine] = runs;
    if (!mine) throw new Error("two runs were claimed");
    await server.deps.asUser(ann.userId, (ctx) => append(ctx, mine, []));
    expect(await isRenewed(server, mine.id)).toBe(true);
    expect(await runRow(server, mine.conversationId)).toMatchObject({ leaseOwner: "me", crashes: 0 });
  });
});

const MANY = 1_200;
const PORTIONS = MANY / PORTION;
/** How much is done after each portion but the last. */
const partly = Array.from({ length: PORTIONS - 1 }, (_, i) => (i + 1) * PORTION);

const deletesAll = answering(({ said, turn }) =>
  said.includes("delete") && turn === 0
    ? [functionCall("delete_tasks", { tasks: null, all: "all" }, { callId: "all" })]
    : says("Well."),
);

/** How often each task was deleted, by the audit log, and how many transactions it took. */
async function deletions({ databaseUrl }: TestServer) {
  const [row] = await sql<{ tasks: number; most: number; portions: number }>(
    databaseUrl,
    `select count(*)::int as tasks, max(n)::int as most, (select count(distinct xmin::text)::int from "taskEvents" where kind = 'deleted') as portions
     from (select count(*) as n from "taskEvents" where kind = 'deleted' group by "taskId") each`,
  );
  return row;
}

function isOutput(chunk: Chunk): chunk is Extract<Chunk, { type: "tool-output-available" }> {
  return chunk.type === "tool-output-available";
}

describe("deleting many tasks that the user has approved", () => {
  it("is done in portions, tells how far it is, and deletes each once", async () => {
    const { server, ann } = await withMany(MANY, deletesAll);
    const { id, approval } = await askApproval(ann, "delete everything");
    const run = await runRow(server, id);
    await ann.json("POST", `/api/approvals/${approval}`, { decision: "approve" });
    await runIs(ann, id, "done");
    expect(await deletions(server)).toEqual({ tasks: MANY, most: 1, portions: PORTIONS });
    const log = await sql<{ chunk: Chunk }>(
      server.databaseUrl,
      `select chunk from "runChunks" where "runId" = $1 order by seq`,
      [run.id],
    );
    const outputs = log.map(({ chunk }) => chunk).filter(isOutput);
    expect(
      outputs.map(({ preliminary, output }) => [preliminary ?? false, toolOutputSchema.parse(output).progress]),
    ).toEqual([...partly.map((done) => [true, { done, of: MANY }]), [false, undefined]]);
    const last = toolOutputSchema.parse(outputs.at(-1)?.output);
    expect(last).toMatchObject({ changed: MANY, notFound: [], unchanged: [] });
    expect(last.changes).toHaveLength(PORTION);
    expect(await ann.tasks()).toEqual([]);
    // The answer's undo takes back all of it, as far as one call goes at a time.
    const undo = () => ann.json<ToolOutput>("POST", "/api/changes/undo", { run: run.id });
    expect((await undo()).left).toBe(200);
    expect((await undo()).left).toBeUndefined();
    expect((await ann.json<{ items: Task[] }>("GET", "/api/tasks?limit=100")).items).toHaveLength(100);
    const [{ there } = { there: 0 }] = await sql<{ there: number }>(
      server.databaseUrl,
      `select count(*)::int as there from tasks where "deletedAt" is null`,
    );
    expect(there).toBe(MANY);
  });

  it("goes on after a crash where the last portion ended, and leaves alone what was changed in between", async () => {
    const { server, ann } = await withMany(MANY, deletesAll);
    const { id, approval } = await askApproval(ann, "delete everything");
    await server.deps.worker.close();
    await ann.json("POST", `/api/approvals/${approval}`, { decision: "approve" });
    const input = { tasks: null, all: "all" };
    const claim = async (signal?: AbortSignal) => {
      await sql(server.databaseUrl, `update runs set "leaseUntil" = now() - interval '1 s' where status = 'running'`);
      const [run] = await claimRuns(server.deps.db, "me", 1, { active: [], isBlind: false });
      if (!run) throw new Error("there is a run");
      const { db, clock, log, hub, logWriter } = server.deps;
      return {
        run,
        log: new RunLog({ db, clock, log, hub, logWriter, onChange: () => {} }, run),
        ...(signal && { signal }),
      };
    };
    const end = new AbortController();
    const first = await claim(end.signal);
    const { commit } = first.log;
    // It dies with its second portion under way: nothing of that one is written.
    let commits = 0;
    first.log.commit = (work) =>
      commit.call(first.log, async (ctx) => {
        const done = await work(ctx);
        if (++commits === 2) throw new Error("killed");
        return done;
      }) as never;
    await expect(callOnce(first, deleteTasks, "all", input)).rejects.toThrow("killed");
    expect(await deletions(server)).toEqual({ tasks: PORTION, most: 1, portions: 1 });

    // One that is deleted comes back meanwhile, and one that is not goes.
    await ann.json("POST", "/api/tasks/restore", { tasks: [7] });
    await ann.json("POST", "/api/tasks/delete", { tasks: [1_100] });
    const second = await claim();
    const output = await callOnce(second, deleteTasks, "all", input);
    expect(output).toMatchObject({ changed: MANY - 1, notFound: [1_100] });
    expect(await deletions(server)).toMatchObject({ tasks: MANY, most: 1 });
    expect((await ann.tasks()).map(({ number }) => number)).toEqual([7]);

    // Made again it does nothing, and who was taken over can't go on.
    expect(await callOnce(second, deleteTasks, "all", input)).toEqual(output);
    commits = 2;
    await expect(callOnce(first, deleteTasks, "all", input)).rejects.toThrow(LeaseLost);
    expect(await deletions(server)).toMatchObject({ tasks: MANY, most: 1 });
    expect(await runRow(server, id)).toMatchObject({ status: "running" });
  });

  it("shows what was done when it is stopped between two portions", async () => {
    const { server, ann } = await withMany(MANY, deletesAll);
    const { id, approval } = await askApproval(ann, "delete everything");
    const { id: run } = await runRow(server, id);
    // Stops it as soon as the first portion is told of.
    const stopped = new Promise<void>((resolve) => {
      const off = server.deps.hub.watchRun(run, (news) => {
        if (typeof news !== "object" || !("chunks" in news) || !news.chunks.some(({ chunk }) => isOutput(chunk)))
          return;
        off();
        server.deps.worker.stop(run);
        resolve();
      });
    });
    await ann.json("POST", `/api/approvals/${approval}`, { decision: "approve" });
    await stopped;
    await runIs(ann, id, "stopped");
    expect(await deletions(server)).toEqual({ tasks: PORTION, most: 1, portions: 1 });
    const part = (await ann.messages(id))[0]?.parts.find(({ type }) => type === "dynamic-tool");
    expect(part).toMatchObject({ state: "output-available", output: { error: { code: "cut_off" } } });
    expect(part).not.toHaveProperty("preliminary");
    expect(toolOutputSchema.parse(part?.type === "dynamic-tool" ? part.output : null).changes).toHaveLength(PORTION);
    expect((await ann.json<ToolOutput>("POST", "/api/changes/undo", { run })).changes).toHaveLength(PORTION);
  });
});

describe("a program's call that deletes many tasks", () => {
  it("is done in portions when it is approved, and gone on with after a crash", async () => {
    const { server, ann } = await withMany(MANY, deletesAll);
    const { approval } = await ann.json<ApprovalRequested>("POST", "/api/tasks/delete", { all: "all" });
    const step = () => server.deps.asUser(ann.userId, (ctx) => decide(ctx, approval.id, "approve"));
    expect(await step()).toBe("more");
    expect(await deletions(server)).toEqual({ tasks: PORTION, most: 1, portions: 1 });
    // Its server is gone. Whoever looks finds it.
    expect(await finishCalls(server.deps)).toBe(1);
    expect(await deletions(server)).toEqual({ tasks: MANY, most: 1, portions: PORTIONS });
    expect(await finishCalls(server.deps)).toBe(0);
    const decided = await ann.json<DecidedCall>("POST", `/api/approvals/${approval.id}`, { decision: "approve" });
    expect(decided.output).toMatchObject({ changed: MANY, notFound: [] });
    expect(await deletions(server)).toMatchObject({ portions: PORTIONS });
    expect((await ann.json<ToolOutput>("POST", "/api/changes/undo", { call: decided.call })).left).toBe(200);
    expect((await ann.request("POST", `/api/approvals/${approval.id}`, { decision: "reject" })).status).toBe(409);
  });
});

import type { Chunk, Task } from "@todo/contract";
import { describe, expect, it, vi } from "vitest";
import { toQuestion } from "../src/domain/approval-rules.ts";
import { decideApproval, queueIfDecided } from "../src/domain/approvals.ts";
import { newestRun } from "../src/domain/runs.ts";
import { addTasks as addToList } from "../src/domain/tasks.ts";
import { addTasks } from "../src/operations/add-tasks.ts";
import { deleteTasks } from "../src/operations/delete-tasks.ts";
import { undoChanges } from "../src/operations/undo-changes.ts";
import { updateTasks } from "../src/operations/update-tasks.ts";
import { askOnce } from "../src/runs/ask-once.ts";
import { callOnce } from "../src/runs/call-once.ts";
import { executeRun, type Interruption } from "../src/runs/execute-run.ts";
import { RunLog } from "../src/runs/run-log.ts";
import { streamRun } from "../src/runs/stream-run.ts";
import { readAnswer, signUp, sql } from "./_harness.ts";
import { slowText } from "./_models.ts";
import { begun, never, runRow, serve, watch } from "./_runs.ts";

const titles = (count: number) => Array.from({ length: count }, (_, i) => ({ title: `Task ${i + 1}` }));

/** A run whose model says no more after its first word, and what makes calls in its name. */
async function liveRun() {
  const server = await serve(slowText(["Well, ", "then."], never));
  const ann = await signUp(server);
  const id = await ann.conversation();
  const response = await ann.send(id, "hello");
  await response.body?.cancel();
  // Until it has said so, its own owner writes.
  await readAnswer(await watch(ann, id), begun);
  const run = await runRow(server, id);
  const { db, clock, log, hub, logWriter, asUser } = server.deps;
  const claim = { run, log: new RunLog({ db, clock, log, hub, logWriter, onChange: () => {} }, run) };
  const work = <T>(job: Parameters<typeof asUser<T>>[1]) => asUser(ann.userId, job);
  return { server, ann, id, claim, work };
}

describe("a call of a run", () => {
  it("changes as many tasks as a run may, and not one more", async () => {
    const { ann, claim } = await liveRun();
    expect(await callOnce(claim, addTasks, "call-1", { tasks: titles(19) })).not.toHaveProperty("error");
    expect(await callOnce(claim, addTasks, "call-2", { tasks: titles(1) })).not.toHaveProperty("error");
    const more = await callOnce(claim, addTasks, "call-3", { tasks: titles(1) });
    expect(more).toMatchObject({ changes: [], error: { code: "change_limit" } });
    expect(await ann.tasks()).toHaveLength(20);
  });

  it("deletes nothing unasked that makes many together with what the run has deleted, nor all of a kind", async () => {
    const { ann, claim, work } = await liveRun();
    await work((ctx) => addToList(ctx, titles(2)));
    const refused = { changes: [], error: { code: "approval_required" } };
    expect(await callOnce(claim, deleteTasks, "call-1", { all: "all" })).toMatchObject(refused);
    await work((ctx) => addToList(ctx, titles(4)));
    expect((await callOnce(claim, deleteTasks, "call-2", { tasks: [1, 2, 3, 4] })).changes).toHaveLength(4);
    expect(await callOnce(claim, deleteTasks, "call-3", { tasks: [5] })).toMatchObject(refused);
    expect((await ann.tasks()).map(({ number }) => number)).toEqual([5, 6]);
  });

  it("may take back once what is more than a run may change", async () => {
    const { ann, claim, work } = await liveRun();
    const call = { runId: null, callId: "import", operation: "add_tasks", tokenId: null };
    await work((ctx) => addToList({ ...ctx, call }, titles(25)));
    expect((await callOnce(claim, undoChanges, "call-1", {})).changes).toHaveLength(25);
    expect(await ann.tasks()).toEqual([]);
    const again = await callOnce(claim, undoChanges, "call-2", { redo: true });
    expect(again).toMatchObject({ changes: [], error: { code: "change_limit" } });
    expect(await ann.tasks()).toEqual([]);
  });

  it("may not take back as much that it picks out, nor delete by it unasked what makes many", async () => {
    const { ann, claim, work } = await liveRun();
    const call = { runId: null, callId: "import", operation: "add_tasks", tokenId: null };
    await work((ctx) => addToList({ ...ctx, call }, titles(25)));
    const tasks = Array.from({ length: 25 }, (_, i) => i + 1);
    for (const [i, input] of [{ call: "import" }, { tasks }].entries()) {
      const refused = await callOnce(claim, undoChanges, `call-${i}`, input);
      expect(refused).toMatchObject({ changes: [], error: { code: "change_limit" } });
    }
    const few = await callOnce(claim, undoChanges, "call-few", { tasks: [1, 2, 3, 4, 5] });
    expect(few).toMatchObject({ changes: [], error: { code: "approval_required" } });
    expect(await ann.tasks()).toHaveLength(25);
  });

  it("that is made late means its phrases as they were meant when the user wrote", async () => {
    const { ann, claim } = await liveRun();
    const run = { ...claim.run, createdAt: new Date("2026-01-01T12:00:00Z"), timeZone: "UTC" };
    await callOnce({ ...claim, run }, addTasks, "call-1", { tasks: [{ title: "x", due: "tomorrow" }] });
    expect(await ann.tasks()).toMatchObject([{ due: { date: "2026-01-02" } }]);
  });

  it("that is not understood in part does nothing, and says what it was", async () => {
    const { ann, claim, work } = await liveRun();
    await work((ctx) => addToList(ctx, titles(2)));
    const changes = [
      { task: 1, title: "Other" },
      { task: 2, due: "whenever" },
    ];
    const output = await callOnce(claim, updateTasks, "call-1", { changes });
    expect(output).toMatchObject({ changes: [], error: { code: "due_not_understood" } });
    expect((await ann.tasks()).map(({ title }) => title)).toEqual(["Task 1", "Task 2"]);
  });

  it("that is refused does not take the text before it away", async () => {
    const { server, claim } = await liveRun();
    const text: Chunk = { type: "text-delta", id: "text-9", delta: "kept" };
    claim.log.push({ type: "text-start", id: "text-9" });
    await expect(claim.log.commit(() => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    await claim.log.commit(async () => ({ chunks: [text], value: undefined }));
    const rows = await sql<{ chunk: Chunk }>(
      server.databaseUrl,
      `select "chunk" from "runChunks" where "runId" = $1 order by "seq" desc limit 2`,
      [claim.run.id],
    );
    expect(rows.map(({ chunk }) => chunk.type)).toEqual(["text-delta", "text-start"]);
  });
});

describe("a question about a call", () => {
  const about = (tasks: Task[]) => async () => toQuestion("delete_tasks", { tasks, shown: { tasks } });

  it("is not asked when it would be about nothing", async () => {
    const { claim } = await liveRun();
    expect(await askOnce(claim, "call-1", about([]))).toBe(false);
  });

  it("that the user has answered before the run waits for it does not make it wait", async () => {
    const { server, id, claim, work } = await liveRun();
    const [added] = await work((ctx) => addToList(ctx, titles(1)));
    if (!added) throw new Error("no task was added");
    expect(await askOnce(claim, "call-1", about([added.after]))).toBe(true);
    expect(await work((ctx) => queueIfDecided(ctx, claim.run))).toBe(false);
    const [approval] = await sql<{ id: string }>(server.databaseUrl, `select "id" from "approvals"`);
    await work((ctx) => decideApproval(ctx, approval?.id ?? "", "approve"));
    const after = await work(async (ctx) => {
      const isQueued = await queueIfDecided(ctx, claim.run);
      return { isQueued, status: (await newestRun(ctx, id))?.status };
    });
    expect(after).toEqual({ isQueued: true, status: "queued" });
  });
});

describe("a run that is interrupted since it is somebody else's now", () => {
  it.each<Interruption>(["lost", "shutdown"])("is left as it is: %s", async (reason) => {
    const { server, id, claim, work } = await liveRun();
    const cut = async () => {
      throw new Error("cut off");
    };
    const { db, clock, log, hub, logWriter } = server.deps;
    const answerer = async () => ({ answer: cut, classify: async () => "internal" as const });
    const onOutcome = vi.fn();
    const deps = { db, clock, log, hub, logWriter, onChange: () => {}, answerer, onOutcome };
    await executeRun(deps, claim.run, AbortSignal.abort(reason));
    expect(onOutcome).not.toHaveBeenCalled();
    expect((await work((ctx) => newestRun(ctx, id)))?.status).toBe("running");
  });
});

describe("a log that is longer than a page of it", () => {
  it("is told whole", async () => {
    const { server, claim } = await liveRun();
    const chunks = Array.from({ length: 450 }, (_, i): Chunk => ({ type: "text-delta", id: "text-9", delta: `${i} ` }));
    await claim.log.commit(async () => ({ chunks, value: undefined }));
    await sql(server.databaseUrl, `update "runs" set "status" = 'done', "attempt" = "attempt" + 1`);
    const told: Chunk[] = [];
    await streamRun(server.deps, claim.run, undefined, (chunk) => told.push(chunk), new AbortController().signal);
    expect(told.slice(-450)).toEqual(chunks);
  });
});

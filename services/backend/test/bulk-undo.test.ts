import { functionCall } from "@openai/agents/testing";
import { type Chunk, errorBodySchema, type ToolOutput, toolOutputSchema } from "@todo/contract";
import { describe, expect, it } from "vitest";
import { claimRuns } from "../src/db/queries/runs.ts";
import { LeaseLost } from "../src/domain/end-run.ts";
import { cutOffChunks, PORTION } from "../src/domain/portions.ts";
import { undoChanges } from "../src/operations/undo-changes.ts";
import { callOnce } from "../src/runs/call-once.ts";
import { RunLog } from "../src/runs/run-log.ts";
import { answering, says } from "./_answering.ts";
import { askApproval, withMany } from "./_bulk.ts";
import { type Person, sql, type TestServer } from "./_harness.ts";
import { makeProgram } from "./_program.ts";
import { never, runIs, runRow } from "./_runs.ts";

const MANY = 1_200;
const PORTIONS = MANY / PORTION;
/** How much is done after each portion but the last. */
const partly = Array.from({ length: PORTIONS - 1 }, (_, i) => (i + 1) * PORTION);

const model = answering(async ({ said, turn }) => {
  if (said === "wait") await never.opened;
  if (turn > 0) return says("Well.");
  if (said === "delete") return [functionCall("delete_tasks", { tasks: null, all: "all" }, { callId: "delete" })];
  if (said === "undo")
    return [functionCall("undo_changes", { tasks: null, redo: false, anyway: false }, { callId: "undo" })];
  return says("Well.");
});

/** A person whose many tasks were deleted by one answer. */
async function withDeleted(): Promise<{ server: TestServer; ann: Person }> {
  const { server, ann } = await withMany(MANY, model);
  const { id, approval } = await askApproval(ann, "delete");
  await ann.json("POST", `/api/approvals/${approval}`, { decision: "approve" });
  await runIs(ann, id, "done");
  expect(await ann.tasks()).toEqual([]);
  return { server, ann };
}

async function counts({ databaseUrl }: TestServer) {
  const [row] = await sql<{ there: number; restored: number; most: number; portions: number }>(
    databaseUrl,
    `select (select count(*)::int from tasks where "deletedAt" is null) as there, sum(n)::int as restored,
       max(n)::int as most, max(portions)::int as portions
     from (select count(*) as n, (select count(distinct xmin::text) from "taskEvents" where kind = 'restored') as portions
           from "taskEvents" where kind = 'restored' group by "taskId") each`,
  );
  return row;
}

/** A run whose model says nothing, claimed by whoever calls. */
async function claimed({ server, ann }: { server: TestServer; ann: Person }) {
  const id = await ann.conversation();
  const response = await ann.send(id, "wait");
  await response.body?.cancel();
  await server.deps.worker.close();
  const claim = async () => {
    await sql(server.databaseUrl, `update runs set "leaseUntil" = now() - interval '1 s' where status = 'running'`);
    const [run] = await claimRuns(server.deps.db, "me", 1, { active: [], isBlind: false });
    if (!run) throw new Error("there is a run");
    const { db, clock, log, hub, logWriter } = server.deps;
    return { run, log: new RunLog({ db, clock, log, hub, logWriter, onChange: () => {} }, run) };
  };
  return { id, claim };
}

/** From now on the transaction with this place (from 1) of the claim fails at its end. */
function failAt(claim: { log: RunLog }, place: number): void {
  const { commit } = claim.log;
  let commits = 0;
  claim.log.commit = (work) =>
    commit.call(claim.log, async (ctx) => {
      const done = await work(ctx);
      if (++commits === place) throw new Error("killed");
      return done;
    }) as never;
}

describe("undo of many changes in an answer", () => {
  it("is done in portions, tells how far it is, and takes back each once", async () => {
    const { server, ann } = await withDeleted();
    const id = await ann.conversation();
    const { chunks } = await ann.say(id, "undo");
    const outputs = chunks.filter(
      (chunk): chunk is Extract<Chunk, { type: "tool-output-available" }> => chunk.type === "tool-output-available",
    );
    const told = outputs.map(
      ({ preliminary, output }) => [preliminary ?? false, toolOutputSchema.parse(output)] as const,
    );
    expect(told.map(([preliminary, { progress }]) => [preliminary, progress])).toEqual([
      ...partly.map((done) => [true, { done, of: MANY }]),
      [false, undefined],
    ]);
    const last = told.at(-1)?.[1];
    expect(last).toMatchObject({ changed: MANY, changes: { length: PORTION } });
    expect(last).not.toHaveProperty("left");
    expect(last).not.toHaveProperty("next");
    expect(await counts(server)).toEqual({ there: MANY, restored: MANY, most: 1, portions: PORTIONS });
    // And an answer's undo takes it back as one.
    const run = await runRow(server, id);
    expect(await ann.json<ToolOutput>("POST", "/api/changes/undo", { run: run.id })).toMatchObject({ left: 200 });
  });

  it("goes on after a crash where it was, means the same though something newer was changed, and does nothing twice", async () => {
    const { server, ann } = await withDeleted();
    const { claim } = await claimed({ server, ann });
    const first = await claim();
    failAt(first, 2);
    const input = { tasks: null, redo: false, anyway: false };
    await expect(callOnce(first, undoChanges, "undo", input)).rejects.toThrow("killed");
    expect(await counts(server)).toMatchObject({ there: PORTION, restored: PORTION, portions: 1 });

    await ann.json("POST", "/api/tasks", { title: "Newer" });
    const second = await claim();
    const output = await callOnce(second, undoChanges, "undo", input);
    expect(output).toMatchObject({ changed: MANY, changes: { length: PORTION } });
    expect(await counts(server)).toEqual({ there: MANY + 1, restored: MANY, most: 1, portions: PORTIONS });

    expect(await callOnce(second, undoChanges, "undo", input)).toEqual(output);
    await expect(callOnce(first, undoChanges, "undo", input)).rejects.toThrow(LeaseLost);
    expect(await counts(server)).toMatchObject({ restored: MANY, most: 1 });
  });

  it("that an answer has no right to is not even begun", async () => {
    const { server, ann } = await withDeleted();
    const { claim } = await claimed({ server, ann });
    const mine = await claim();
    await callOnce(mine, undoChanges, "undo", { tasks: null });
    const again = await callOnce(mine, undoChanges, "redo", { tasks: null, redo: true });
    expect(again).toMatchObject({ changes: [], error: { code: "change_limit" } });
    expect(await counts(server)).toMatchObject({ there: MANY });
  });

  it("shows what was done when it is stopped between two portions", async () => {
    const { server, ann } = await withDeleted();
    const { id, claim } = await claimed({ server, ann });
    const first = await claim();
    failAt(first, 2);
    await expect(callOnce(first, undoChanges, "undo", { tasks: null })).rejects.toThrow("killed");
    const chunks = await server.deps.asUser(ann.userId, (ctx) => cutOffChunks(ctx, first.run.id));
    expect(chunks).toMatchObject([
      {
        toolCallId: "undo",
        output: {
          changes: { length: PORTION },
          error: { code: "cut_off", message: expect.stringContaining(`${MANY - PORTION} `) },
        },
      },
    ]);
    expect((await runRow(server, id)).status).toBe("running");
  });
});

describe("undo of many changes in a program's call", () => {
  it("deletes few in all of its steps together, and says how much was done before it was refused", async () => {
    const { server, ann } = await withMany(PORTION, model);
    const add = async (titles: string[]) => {
      for (const title of titles) await ann.json("POST", "/api/tasks", { title });
    };
    await add(["a", "b", "c"]);
    await ann.json("POST", "/api/tasks/complete", { tasks: Array.from({ length: PORTION - 3 }, (_, i) => i + 1) });
    await add(["d", "e", "f"]);
    const rows = await sql<{ id: number }>(server.databaseUrl, `select id::int from "taskEvents" where "userId" = $1`, [
      ann.userId,
    ]);
    const changes = rows.map(({ id }) => id);
    expect(changes).toHaveLength(PORTION + 3);

    const refused = await (await makeProgram(ann)).request("POST", "/api/changes/undo", { changes });
    expect(refused.status).toBe(409);
    const { error } = errorBodySchema.parse(await refused.json());
    expect(error.code).toBe("approval_required");
    expect(error.message).toContain(`${PORTION} changes were made before this`);
    const left = await sql<{ title: string }>(
      server.databaseUrl,
      `select title from tasks where "deletedAt" is null and length(title) = 1 order by number`,
    );
    expect(left.map(({ title }) => title)).toEqual(["a", "b", "c"]);
    // The user may, and goes on with what is left.
    expect((await ann.json<ToolOutput>("POST", "/api/changes/undo", { changes })).changes).toHaveLength(3);
  });
});

import { randomUUID } from "node:crypto";
import { type Chunk, textOf } from "@todo/contract";
import pg from "pg";
import { describe, expect, it, vi } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { claimRuns, type RunRow } from "../src/db/queries/runs.ts";
import { append, endRun, LeaseLost } from "../src/domain/end-run.ts";
import { addTasks } from "../src/operations/add-tasks.ts";
import { callOnce } from "../src/runs/call-once.ts";
import { RunLog } from "../src/runs/run-log.ts";
import { parseCursor, streamRun } from "../src/runs/stream-run.ts";
import {
  asAssistant,
  closeAfterTest,
  createTestDatabase,
  readAnswer,
  signUp,
  sql,
  startTestServer,
  type TestServer,
} from "./_harness.ts";
import { gate, slowText } from "./_models.ts";
import { begun, fold, json, never, opened, runIs, runRow, serve, watch } from "./_runs.ts";

describe("a server that ends in the middle of an answer", () => {
  it("hands the run back; readers are told to come again and get the whole text elsewhere", async () => {
    const pieces = ["Ein ", "schöner ", "Tag 🌞."];
    const first = await serve(slowText(pieces, never));
    const ann = await signUp(first);
    const id = await ann.conversation();
    const reading = readAnswer(await ann.send(id, "hello"));
    await readAnswer(await watch(ann, id), begun);
    await first.close();
    const cut = await reading;
    expect(cut).toMatchObject({ reconnect: true, done: false });
    expect(textOf(cut.parts)).toBe("Ein ");

    const second = await serve(slowText(pieces, opened), first.databaseUrl);
    const there = ann.on(second);
    const [whole, rest] = await Promise.all([
      watch(there, id).then((response) => readAnswer(response)),
      watch(there, id, cut.ids.at(-1)).then((response) => readAnswer(response)),
    ]);
    const [answer, ...others] = await there.messages(id);
    expect(textOf(answer?.parts ?? [])).toBe(pieces.join(""));
    expect(whole.done && rest.done).toBe(true);
    expect(json(whole.parts)).toEqual(answer?.parts);
    expect(json(fold([...cut.chunks, ...rest.chunks]))).toEqual(answer?.parts);
    expect(others).toHaveLength(1);
    // Handed back rather than found with a lapsed lease.
    expect(await runRow(second, id)).toMatchObject({ status: "done", crashes: 0 });
  });

  it("has readers offer what was handed back to the replica that they come to", async () => {
    const server = await serve(slowText(["Well, ", "hi."], never));
    const ann = await signUp(server);
    const id = await ann.conversation();
    await readAnswer(await ann.send(id, "hello"), begun);
    await server.deps.worker.close();
    const end = new AbortController();
    const worker = { wake: vi.fn(() => end.abort()) };
    await streamRun({ ...server.deps, worker }, await runRow(server, id), undefined, () => {}, end.signal);
    expect(worker.wake).toHaveBeenCalledTimes(1);
  });
});

describe("a stop of an answer that another server writes", () => {
  it("ends it there", async () => {
    const first = await serve(slowText(["One ", "two."], never));
    const second = await serve(slowText(["One ", "two."], never), first.databaseUrl);
    const ann = await signUp(first);
    const id = await ann.conversation();
    const reading = readAnswer(await ann.send(id, "count"));
    await readAnswer(await watch(ann, id), begun);
    const { id: run } = await runRow(first, id);
    await ann.on(second).json("POST", `/api/runs/${run}/stop`, {});
    expect((await reading).chunks.at(-1)).toEqual({ type: "finish", finishReason: "interrupted" });
    expect(await runRow(first, id)).toMatchObject({ status: "stopped" });
  });

  it("is not forgotten when that one ends before it has heard of it", async () => {
    const first = await serve(slowText(["One ", "two."], never));
    const ann = await signUp(first);
    const id = await ann.conversation();
    await readAnswer(await ann.send(id, "count"), begun);
    await first.close();
    await sql(first.databaseUrl, `update "runs" set "stopRequested" = true where "conversationId" = $1`, [id]);
    const second = await serve(slowText(["One ", "two."], opened), first.databaseUrl);
    await runIs(ann.on(second), id, "stopped");
    expect(textOf((await ann.on(second).messages(id))[0]?.parts ?? [])).toBe("One ");
  });
});

describe("a reader of an answer", () => {
  it("is forgotten when the answer has ended", async () => {
    const server = await serve(slowText(["Hi."], opened));
    const ann = await signUp(server);
    const id = await ann.conversation();
    await ann.say(id, "hello");
    const forgotten = vi.fn();
    vi.spyOn(server.deps.hub, "watchRun").mockReturnValue(forgotten);
    const { signal } = new AbortController();
    await streamRun(server.deps, await runRow(server, id), undefined, () => {}, signal);
    expect(forgotten).toHaveBeenCalledTimes(1);
  });
});

describe("a message that comes in while its server ends", () => {
  it("is answered elsewhere without waiting for a lease to lapse", async () => {
    const first = await serve(slowText(["Hi."], opened));
    const ann = await signUp(first);
    const id = await ann.conversation();
    const lock = new pg.Client({ connectionString: first.databaseUrl });
    await lock.connect();
    await lock.query("begin");
    await lock.query(`select 1 from "userStates" where "userId" = $1 for update`, [ann.userId]);
    const sending = ann.send(id, "hello");
    await eventually("the message waits for the lock", async () => {
      const [row] = await sql<{ waits: boolean }>(
        first.databaseUrl,
        `select exists (select 1 from pg_stat_activity
           where datname = current_database() and wait_event_type = 'Lock') as "waits"`,
      );
      return row?.waits;
    });
    const closing = first.close();
    await eventually("the server is ending", async () => first.deps.shutdown.aborted);
    await lock.query("commit");
    await lock.end();
    expect(await readAnswer(await sending)).toMatchObject({ reconnect: true, done: false });
    await closing;
    const second = await serve(slowText(["Hi."], opened), first.databaseUrl);
    await runIs(ann.on(second), id, "done");
    expect(await runRow(second, id)).toMatchObject({ crashes: 0 });
  });
});

describe("an owner whose claim was taken over", () => {
  /** A run in the middle of its answer that somebody else has claimed in the meantime. */
  async function takenOver() {
    const hold = gate();
    // Its silence must not be what ends the run.
    const assistant = asAssistant(slowText(["One ", "two."], hold), { silenceMs: 60_000 });
    const server = await startTestServer({ assistant });
    closeAfterTest(server);
    const ann = await signUp(server);
    const id = await ann.conversation();
    await readAnswer(await ann.send(id, "count"), begun);
    const mine = await runRow(server, id);
    await sql(server.databaseUrl, `update "runs" set "leaseUntil" = now() - interval '1 s' where "id" = $1`, [mine.id]);
    const claimed = await claimRuns(server.deps.db, "another", 10, { active: [], isBlind: false });
    await sql(server.databaseUrl, `update "runs" set "leaseUntil" = now() + interval '1 h' where "id" = $1`, [mine.id]);
    return { hold, server, ann, mine, claimed, conversationId: id };
  }

  async function written({ databaseUrl }: TestServer, { id, conversationId }: RunRow) {
    const count = (table: string) =>
      sql(databaseUrl, `select count(*)::int as "count" from "${table}" where "runId" = $1`, [id]);
    return {
      run: await sql(databaseUrl, `select "status", "attempt", "chunkSeq", "changes" from "runs" where "id" = $1`, [
        id,
      ]),
      chunks: await count("runChunks"),
      journal: await count("runJournal"),
      effects: await count("toolEffects"),
      messages: await sql(databaseUrl, `select "id" from "messages" where "conversationId" = $1`, [conversationId]),
    };
  }

  it("writes nothing when its model goes on", async () => {
    const { hold, server, mine, claimed } = await takenOver();
    expect(claimed).toMatchObject([{ id: mine.id, attempt: mine.attempt + 1, crashes: 1 }]);
    const before = await written(server, mine);
    hold.open();
    await eventually("the old owner has given up", async () => server.deps.worker.activeRuns === 0);
    expect(await written(server, mine)).toEqual(before);
    expect(before.messages).toHaveLength(1);
  });

  it("is refused every kind of write", async () => {
    const { server, ann, mine } = await takenOver();
    await eventually("the old owner has given up", async () => server.deps.worker.activeRuns === 0);
    const before = await written(server, mine);
    const { db, clock, log, hub, logWriter, asUser } = server.deps;
    const stale = new RunLog({ db, clock, log, hub, logWriter, onChange: () => {} }, mine);
    const text: Chunk = { type: "text-delta", id: "text-1", delta: "late" };
    const call = callOnce({ run: mine, log: stale }, addTasks, "late", { tasks: [{ title: "late" }] });
    await expect(call).rejects.toThrow(LeaseLost);
    await expect(stale.commit(async () => ({ chunks: [text], value: 1 }))).rejects.toThrow(LeaseLost);
    await expect(asUser(mine.userId, (ctx) => append(ctx, mine, [text]))).rejects.toThrow(LeaseLost);
    await expect(asUser(mine.userId, (ctx) => endRun(ctx, mine, "done", [text]))).rejects.toThrow(LeaseLost);
    expect(await written(server, mine)).toEqual(before);
    expect(await ann.tasks()).toEqual([]);
  });
});

describe("a database that lost the last moments of a text", () => {
  /** A run that has begun to tell "One ", and what a crash of PostgreSQL does to commits that did not wait for the disk. */
  async function lossy(hold: ReturnType<typeof gate>) {
    const server = await serve(slowText(["One ", "two."], hold));
    const ann = await signUp(server);
    const id = await ann.conversation();
    const reading = readAnswer(await ann.send(id, "count"));
    await readAnswer(await watch(ann, id), begun);
    const lose = async (kept = 1) => {
      const run = await runRow(server, id);
      await sql(server.databaseUrl, `update "runs" set "chunkSeq" = $2 where "id" = $1`, [run.id, kept]);
      await sql(server.databaseUrl, `delete from "runChunks" where "runId" = $1 and "seq" > $2`, [run.id, kept]);
    };
    return { server, ann, id, reading, lose };
  }

  it("has open readers begin anew rather than miss what is written instead", async () => {
    const { server, ann, id, reading, lose } = await lossy(never);
    await server.deps.worker.close();
    await lose();
    await serve(slowText(["1, ", "2."], opened), server.databaseUrl);
    const answer = await reading;
    const [stored] = await ann.messages(id);
    expect(textOf(stored?.parts ?? [])).toBe("1, 2.");
    expect(json(answer.parts)).toEqual(stored?.parts);
  });

  it("has a reader begin anew of whose chunks the last alone was lost", async () => {
    const { server, ann, id, lose } = await lossy(never);
    const told = await readAnswer(await watch(ann, id), begun);
    const cursor = parseCursor(told.ids.at(-1));
    await server.deps.worker.close();
    await lose((cursor?.seq ?? 0) - 1);
    await serve(slowText(["1, ", "2."], opened), server.databaseUrl);
    const run = await runIs(ann, id, "done");
    const rest: Chunk[] = [];
    await streamRun(server.deps, run, cursor, (chunk) => rest.push(chunk), new AbortController().signal);
    const [stored] = await ann.messages(id);
    expect(json(fold([...told.chunks, ...rest]))).toEqual(stored?.parts);
  });

  it("has an owner that did not notice begin its turn anew", async () => {
    const hold = gate();
    const { ann, id, reading, lose } = await lossy(hold);
    await lose();
    hold.open();
    const answer = await reading;
    const [stored] = await ann.messages(id);
    expect(textOf(stored?.parts ?? [])).toBe("One two.");
    expect(json(answer.parts)).toEqual(stored?.parts);
  });
});
describe("a run that its owner gave up for now", () => {
  it("is taken up again although the same owner works on another", async () => {
    const models = [slowText(["Well"], never), undefined, slowText(["Back."], opened)];
    const load = async () => {
      const model = models.shift();
      // What it looks like when the database is away for a moment.
      if (!model) throw Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
      return model;
    };
    const server = await startTestServer({
      assistant: { name: "scripted", load, costs: false, silenceMs: 60_000, tracing: false },
    });
    closeAfterTest(server);
    const ann = await signUp(server);
    const [busy, left] = [await ann.conversation(), await ann.conversation()];
    const stays = await ann.send(busy, "hello");
    await eventually("the first run has its model", async () => models.length === 2);
    const answer = await ann.say(left, "hello");
    expect(textOf(answer.parts)).toBe("Back.");
    expect(await runRow(server, busy)).toMatchObject({ status: "running", attempt: 1 });
    await stays.body?.cancel();
  });
});

describe("a message whose sender's server died", () => {
  it("is taken in once when it comes again elsewhere, while the first attempt is still open", async () => {
    const databaseUrl = await createTestDatabase();
    const first = await serve(slowText(["Hi."], never), databaseUrl);
    const second = await serve(slowText(["Hi."], never), databaseUrl);
    const ann = await signUp(first);
    const id = await ann.conversation();
    const messageId = randomUUID();
    const responses = await Promise.all([first, second].map((server) => ann.on(server).send(id, "hello", messageId)));
    expect(responses.map((response) => response.status)).toEqual([200, 200]);
    await Promise.all(responses.map((response) => response.body?.cancel()));
    expect(await sql(databaseUrl, `select "id" from "runs"`)).toHaveLength(1);
    expect(await ann.messages(id)).toHaveLength(1);
  });
});

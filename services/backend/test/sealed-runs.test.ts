import { type Chunk, textOf } from "@todo/contract";
import type { KyselyPlugin } from "kysely";
import { pino } from "pino";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { createDatabase } from "../src/db/database.ts";
import { asUser, type Context } from "../src/domain/context.ts";
import { deleteConversation } from "../src/domain/conversations.ts";
import { endRun, sealRun } from "../src/domain/end-run.ts";
import { noticeFor } from "../src/domain/notices.ts";
import { forgetOldLogs } from "../src/domain/run-log.ts";
import {
  asAssistant,
  closeAfterTest,
  type Person,
  readAnswer,
  signUp,
  sql,
  startTestServer,
  type TestServer,
} from "./_harness.ts";
import { slowText } from "./_models.ts";
import { begun, never, opened, runIs, runRow, serve, watch } from "./_runs.ts";

const CHUNKS = 200_000;
const sealed = noticeFor("run_sealed");

/** An answer that was begun and whose server is gone, with a log as only a hostile model, or an earlier version, leaves it. */
async function begunElsewhere() {
  const first = await serve(slowText(["One ", "two."], never));
  const ann = await signUp(first);
  const id = await ann.conversation();
  await readAnswer(await ann.send(id, "count"), begun);
  await first.close();
  return { first, ann, id };
}

async function plant(
  { databaseUrl }: TestServer,
  conversationId: string,
  chunks = CHUNKS,
  delta = "more ",
): Promise<void> {
  await sql(
    databaseUrl,
    `with run as (update runs set "chunkSeq" = "chunkSeq" + $2 where "conversationId" = $1 returning *)
     insert into "runChunks" ("runId", "userId", seq, attempt, chunk)
     select id, "userId", "chunkSeq" - $2 + n, attempt, jsonb_build_object('type', 'text-delta', 'id', 'text-1', 'delta', $3::text)
     from run, generate_series(1, $2::int) n`,
    [conversationId, chunks, delta],
  );
}

/** Counts the rows that come back from the database, and those that a statement changes at most. */
function counting() {
  const seen = { rows: 0, mostChanged: 0 };
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      seen.rows += result.rows.length;
      seen.mostChanged = Math.max(seen.mostChanged, Number(result.numAffectedRows ?? 0));
      return result;
    },
  };
  return { seen, plugin };
}

type Counted<T> = { result: T; seen: ReturnType<typeof counting>["seen"] };

/** A database that nothing else works on, and what is done in it as a user, counted. */
function beside(databaseUrl: string) {
  const db = createDatabase({ url: databaseUrl, maxConnections: 2, onError: () => {} });
  onTestFinished(() => db.destroy());
  return async <T>(person: Person, work: (ctx: Context) => Promise<T>): Promise<Counted<T>> => {
    const { seen, plugin } = counting();
    const deps = { clock: () => new Date(), log: pino({ level: "silent" }), onChange: () => {} };
    const result = await asUser({ ...deps, db: db.withPlugin(plugin) }, person.userId, work);
    return { result, seen };
  };
}

async function expectSealed(server: TestServer, person: Person, id: string): Promise<void> {
  expect(await runRow(server, id)).toMatchObject({ status: "failed", sealed: true, leaseOwner: null });
  const [answer] = await person.messages(id);
  expect(answer).toMatchObject({ status: "failed" });
  expect(answer?.parts.at(-1)).toEqual({ type: "data-notice", data: sealed });
  expect(sealed.retry).toBe(false);
}

describe("a run whose log is longer than any answer may be", { timeout: 60_000 }, () => {
  it("is ended when a server finds it, and keeps the beginning of what it said", async () => {
    const { first, ann, id } = await begunElsewhere();
    await plant(first, id);
    const second = await serve(slowText(["One ", "two."], opened), first.databaseUrl);
    const there = ann.on(second);
    await runIs(there, id, "failed");
    await expectSealed(second, there, id);
    const [answer] = await there.messages(id);
    expect(textOf(answer?.parts ?? [])).toMatch(/^One more more /);
    expect(textOf(answer?.parts ?? []).length).toBeLessThan(100_000);
    const { id: run } = await runRow(second, id);
    expect((await there.request("POST", `/api/runs/${run}/retry`, {})).status).toBe(409);
    // The conversation goes on.
    expect(textOf((await there.say(id, "and now?")).parts)).toBe("One two.");
  });

  it("is stopped", async () => {
    const { first, ann, id } = await begunElsewhere();
    await plant(first, id);
    await sql(first.databaseUrl, `update runs set "stopRequested" = true where "conversationId" = $1`, [id]);
    const second = await serve(slowText(["One ", "two."], opened), first.databaseUrl);
    await runIs(ann.on(second), id, "failed");
    await expectSealed(second, ann.on(second), id);
  });

  it("is stopped while it waits for an approval, by whoever is asked", async () => {
    const server = await serve(slowText(["One ", "two."], never));
    const ann = await signUp(server);
    const id = await ann.conversation();
    await readAnswer(await ann.send(id, "count"), begun);
    await plant(server, id);
    await sql(server.databaseUrl, `update runs set status = 'waiting' where "conversationId" = $1`, [id]);
    const { id: run } = await runRow(server, id);
    expect(await ann.json("POST", `/api/runs/${run}/stop`, {})).toMatchObject({ status: "failed" });
    await expectSealed(server, ann, id);
  });

  it("takes no more rows to end than an answer may have, whatever the log holds", async () => {
    const { first, ann, id } = await begunElsewhere();
    await plant(first, id);
    const run = await runRow(first, id);
    const { result, seen } = await beside(first.databaseUrl)(ann, (ctx) => endRun(ctx, run, "stopped", []));
    expect(result.status).toBe("failed");
    expect(seen.rows).toBeGreaterThan(1_000);
    expect(seen.rows).toBeLessThan(25_000);
  });

  it("takes few bytes to end where a few chunks hold many", async () => {
    const { first, ann, id } = await begunElsewhere();
    await plant(first, id, 100, "x".repeat(1024 * 1024));
    const run = await runRow(first, id);
    const { result, seen } = await beside(first.databaseUrl)(ann, (ctx) => endRun(ctx, run, "done", []));
    expect(result.status).toBe("failed");
    expect(seen.rows).toBeLessThan(60);
  });

  it("is sealed without a look at its log when its end has cost an owner", async () => {
    const { first, ann, id } = await begunElsewhere();
    await plant(first, id);
    const run = await runRow(first, id);
    const { seen } = await beside(first.databaseUrl)(ann, (ctx) => sealRun(ctx, run));
    expect(seen.rows).toBeLessThan(20);
    expect(await runRow(first, id)).toMatchObject({ status: "failed", sealed: true });
  });

  it("is given up after as many crashes as are allowed, and sealed after one more", async () => {
    for (const [crashes, code] of [
      [2, "run_crashed"],
      [3, "run_sealed"],
    ] as const) {
      const { first, ann, id } = await begunElsewhere();
      const lapsed = `status = 'running', "leaseUntil" = now() - interval '1 s'`;
      await sql(first.databaseUrl, `update runs set ${lapsed}, crashes = $2 where "conversationId" = $1`, [
        id,
        crashes,
      ]);
      const second = await serve(slowText(["One ", "two."], opened), first.databaseUrl);
      const there = ann.on(second);
      await runIs(there, id, "failed");
      expect((await there.messages(id))[0]?.parts.at(-1)).toEqual({ type: "data-notice", data: noticeFor(code) });
      expect(await runRow(second, id)).toMatchObject({ crashes: crashes + 1 });
    }
  });

  it("has an end that is told to its readers", async () => {
    const { first, ann, id } = await begunElsewhere();
    await plant(first, id, 20_000);
    const second = await serve(slowText(["One ", "two."], opened), first.databaseUrl);
    const there = ann.on(second);
    const run = await runRow(second, id);
    const answer = await readAnswer(await watch(there, id, `${run.id}.1.1`));
    const last: Chunk[] = [
      { type: "data-notice", data: sealed },
      { type: "error", errorText: sealed.message },
      { type: "finish", finishReason: "error" },
    ];
    expect(answer.chunks.slice(-3)).toEqual(last);
    expect(answer.done).toBe(true);
  });
});

describe("a log that is longer than any answer may be", { timeout: 60_000 }, () => {
  it("goes in steps with its conversation, and the run that writes it is cut off", async () => {
    // Its silence must not be what ends the runs.
    const assistant = asAssistant(slowText(["One ", "two."], never), { silenceMs: 60_000 });
    const server = await startTestServer({ assistant });
    closeAfterTest(server);
    const ann = await signUp(server);
    const [id, other] = [await ann.conversation(), await ann.conversation()];
    for (const each of [id, other]) await readAnswer(await ann.send(each, "count"), begun);
    await plant(server, id);
    const { result, seen } = await beside(server.databaseUrl)(ann, (ctx) => deleteConversation(ctx, id));
    expect(result).toBe(false);
    expect(seen.mostChanged).toBe(1_000);
    await eventually("its owner has given it up", async () => server.deps.worker.activeRuns === 1);
    expect((await ann.request("DELETE", `/api/conversations/${id}`)).status).toBe(204);
    expect(await sql(server.databaseUrl, `select distinct "runId" from "runChunks"`)).toEqual([
      { runId: (await runRow(server, other)).id },
    ]);
    expect((await ann.request("GET", `/api/conversations/${id}`)).status).toBe(404);
    expect((await ann.request("DELETE", `/api/conversations/${id}`)).status).toBe(404);
  });

  it("is forgotten some time after it was sealed, while one that can go on stays", async () => {
    const { first, id } = await begunElsewhere();
    await plant(first, id, 2_500);
    const run = await runRow(first, id);
    const failed = `status = 'failed', "finishedAt" = now() - interval '1 h'`;
    await sql(first.databaseUrl, `update runs set ${failed} where id = $1`, [run.id]);
    const db = createDatabase({ url: first.databaseUrl, maxConnections: 2, onError: () => {} });
    onTestFinished(() => db.destroy());
    const { seen, plugin } = counting();
    expect(await forgetOldLogs(db.withPlugin(plugin))).toBe(0);
    await sql(first.databaseUrl, `update runs set sealed = true where id = $1`, [run.id]);
    expect(await forgetOldLogs(db.withPlugin(plugin))).toBeGreaterThan(2_500);
    expect(seen.mostChanged).toBe(1_000);
    expect(await sql(first.databaseUrl, `select 1 from "runChunks"`)).toEqual([]);
  });
});

import type { Chunk } from "@todo/contract";
import pg from "pg";
import { expect, it, onTestFinished } from "vitest";
import { createDatabase } from "../src/db/database.ts";
import { claimRuns, type RunRow } from "../src/db/queries/runs.ts";
import { LeaseLost } from "../src/domain/end-run.ts";
import { LogWriter } from "../src/runs/log-writer.ts";
import { readAnswer, signUp, sql, type TestServer } from "./_harness.ts";
import { slowText } from "./_models.ts";
import { begun, never, serve } from "./_runs.ts";

const text = (delta: string): Chunk => ({ type: "text-delta", id: "text-1", delta });

/** Three answers of which one owner, which writes nothing by itself, holds the leases. */
async function threeRuns() {
  const server = await serve(slowText(["One ", "two."], never));
  const ann = await signUp(server);
  for (let i = 0; i < 3; i++) await readAnswer(await ann.send(await ann.conversation(), "count"), begun);
  await server.deps.worker.close();
  const [first, second, third] = await claimRuns(server.deps.db, "me", 10, { active: [], isBlind: false });
  if (!first || !second || !third) throw new Error("three runs were claimed");
  // A statement that waits for a lock is not ended before the test is.
  const db = createDatabase({
    url: server.databaseUrl,
    maxConnections: 5,
    statementTimeoutMs: 60_000,
    onError: () => {},
  });
  onTestFinished(() => db.destroy());
  return { server, first, second, third, writer: new LogWriter(db) };
}

/** The chunks after those that the run had when it was claimed, and the transactions that wrote them. */
async function written({ databaseUrl }: TestServer, { id, chunkSeq }: RunRow) {
  const rows = await sql<{ seq: number; chunk: { delta: string }; by: string; attempt: number }>(
    databaseUrl,
    `select "seq", "chunk", "attempt", xmin::text as "by" from "runChunks" where "runId" = $1 and "seq" > $2 order by "seq"`,
    [id, chunkSeq],
  );
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => chunkSeq + i + 1));
  return { text: rows.map(({ chunk }) => chunk.delta), by: [...new Set(rows.map(({ by }) => by))] };
}

it("writes what several runs say in one transaction, each with its own numbers", async () => {
  const { server, first, second, third, writer } = await threeRuns();
  await sql(server.databaseUrl, `update runs set "leaseUntil" = '2000-01-01'`);
  const logged = await Promise.all([
    writer.append(first, [text("a")]),
    writer.append(second, [text("b"), text("c")]),
    writer.append(third, [text("d")]),
  ]);
  expect(logged).toEqual([
    [{ seq: first.chunkSeq + 1, attempt: first.attempt, chunk: text("a") }],
    [
      { seq: second.chunkSeq + 1, attempt: second.attempt, chunk: text("b") },
      { seq: second.chunkSeq + 2, attempt: second.attempt, chunk: text("c") },
    ],
    [{ seq: third.chunkSeq + 1, attempt: third.attempt, chunk: text("d") }],
  ]);
  const rows = [await written(server, first), await written(server, second), await written(server, third)];
  expect(rows.map((each) => each.text)).toEqual([["a"], ["b", "c"], ["d"]]);
  // The first was alone when it came.
  expect(rows[1]?.by).toEqual(rows[2]?.by);
  expect(rows[0]?.by).not.toEqual(rows[1]?.by);
  const [leases] = await sql<{ renewed: number }>(
    server.databaseUrl,
    `select count(*)::int as "renewed" from runs where "leaseUntil" > '2001-01-01'`,
  );
  expect(leases).toEqual({ renewed: 3 });
});

it("has nobody wait for a run that is locked, nor lets a claim write that is over", async () => {
  const { server, first, second, third, writer } = await threeRuns();
  const lock = new pg.Client({ connectionString: server.databaseUrl });
  await lock.connect();
  onTestFinished(() => lock.end());
  await lock.query("begin");
  await lock.query(`select from runs where id = $1 for update`, [second.id]);
  const warmUp = writer.append(first, [text("a")]);
  const locked = writer.append(second, [text("b")]);
  const over = writer.append({ ...first, attempt: first.attempt - 1 }, [text("never")]);
  const free = writer.append(third, [text("c")]);
  await Promise.all([warmUp, free]);
  await expect(over).rejects.toThrow(LeaseLost);
  expect((await written(server, first)).text).toEqual(["a"]);
  expect((await written(server, third)).text).toEqual(["c"]);
  // Others go on being written meanwhile.
  await writer.append(third, [text("d")]);
  expect((await written(server, second)).text).toEqual([]);
  await lock.query("rollback");
  expect(await locked).toEqual([{ seq: second.chunkSeq + 1, attempt: second.attempt, chunk: text("b") }]);
  expect((await written(server, third)).text).toEqual(["c", "d"]);
});

it("writes what the others say when one of them can't be stored", async () => {
  const { server, first, second, third, writer } = await threeRuns();
  const warmUp = writer.append(first, [text("a")]);
  const broken = writer.append(second, [text("\u0000")]);
  const whole = writer.append(third, [text("c")]);
  await expect(broken).rejects.toThrow(/unicode|0x00|\\u0000/i);
  await Promise.all([warmUp, whole]);
  expect((await written(server, third)).text).toEqual(["c"]);
});

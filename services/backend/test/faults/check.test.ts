import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Session, signUp } from "../../../../test/support/accounts.ts";
import type { FakeOpenAi } from "../../../../test/support/fake-openai/start-fake-openai.ts";
import { createModel } from "../../src/agent/model.ts";
import { startTestServer, type TestServer } from "../_harness.ts";
import { startModel } from "./asks.ts";
import { examine, type FaultKind } from "./check.ts";
import { Ledger } from "./ledger.ts";
import { type Operation, prepare } from "./operation.ts";
import { sendAndRead } from "./reader.ts";

let model: FakeOpenAi;
let server: TestServer;
let db: pg.Pool;
let user: Session;

beforeAll(async () => {
  model = await startModel({ deltaMs: 1 });
  server = await startTestServer({ assistant: createModel({ apiKey: "x", baseUrl: model.url, name: "fake" }) });
  db = new pg.Pool({ connectionString: server.databaseUrl, max: 1 });
  user = await signUp(server.url);
});

afterAll(async () => {
  await db.end();
  await server.close();
  await model.close();
});

/** An answer that came about without any fault. */
async function answered(): Promise<Operation> {
  const op = await prepare(server.url, user);
  op.reads.push(await sendAndRead(user, op, { urls: [server.url] }));
  return op;
}

/** Examines an operation and counts it; the one row of the ledger. */
async function count(op: Operation) {
  const ledger = new Ledger();
  ledger.operation("tampered", op, await examine({ db, url: server.url }, op));
  return { clean: ledger.clean, total: ledger.total };
}

const theRun = `(select "id" from "runs" where "conversationId" = $1)`;
const theAnswer = `(select "answerId" from "runs" where "conversationId" = $1)`;

/** What a broken backend might leave behind, and how it must be counted. */
const tamperings: { what: string; kind: FaultKind; sql: string }[] = [
  {
    what: "a task that was not added",
    kind: "lost",
    sql: `delete from "tasks" where "title" like '%second' and "id" in (select "taskId" from "taskEvents" where "runId" = ${theRun})`,
  },
  {
    what: "a change without its audit row",
    kind: "lost",
    sql: `delete from "taskEvents" where "kind" = 'completed' and "runId" = ${theRun}`,
  },
  {
    what: "a call without its result",
    kind: "lost",
    sql: `delete from "toolEffects" where "tool" = 'add_tasks' and "runId" = ${theRun}`,
  },
  {
    what: "a turn that was not kept",
    kind: "lost",
    sql: `delete from "runJournal" where "turn" = 2 and "runId" = ${theRun}`,
  },
  {
    what: "a message that is gone",
    kind: "lost",
    sql: `update "messages" set "text" = 'other' where "role" = 'user' and "conversationId" = $1`,
  },
  {
    what: "a tool call that ran twice",
    kind: "doubled",
    sql: `with again as (
        insert into "tasks" select gen_random_uuid(), "userId", "number" + 1000, "title", "notes", "status", "priority",
          "tags", "dueDate", "dueTime", "dueZone", "createdAt", "updatedAt", "completedAt", "deletedAt"
        from "tasks" where "id" in (select "taskId" from "taskEvents" where "kind" = 'added' and "runId" = ${theRun})
        returning "id", "userId")
      insert into "taskEvents" ("taskId", "userId", "kind", "after", "runId", "callId", "at")
      select "id", "userId", 'added', '{}', ${theRun}, 'again', now() from again`,
  },
  {
    what: "a change that was recorded twice",
    kind: "doubled",
    sql: `insert into "taskEvents" ("taskId", "userId", "kind", "after", "runId", "callId", "at")
      select "taskId", "userId", "kind", "after", "runId", "callId", "at" from "taskEvents" where "runId" = ${theRun}`,
  },
  {
    what: "a message that was taken in twice",
    kind: "doubled",
    sql: `insert into "messages" select gen_random_uuid(), "conversationId", "userId", "seq" + 10, "role", "parts", "text",
      "status", "runId", "createdAt" from "messages" where "role" = 'user' and "conversationId" = $1`,
  },
  {
    what: "an answer that was written twice",
    kind: "doubled",
    sql: `insert into "messages" select gen_random_uuid(), "conversationId", "userId", "seq" + 10, "role", "parts", "text",
      "status", "runId", "createdAt" from "messages" where "role" = 'assistant' and "conversationId" = $1`,
  },
  {
    what: "a run that nobody works on",
    kind: "unfinished",
    sql: `update "runs" set "status" = 'waiting' where "conversationId" = $1`,
  },
  {
    what: "a run that failed",
    kind: "unfinished",
    sql: `update "runs" set "status" = 'failed' where "conversationId" = $1`,
  },
  {
    what: "an answer that is missing",
    kind: "unfinished",
    sql: `delete from "messages" where "id" = ${theAnswer} and "conversationId" = $1`,
  },
  {
    what: "an answer that lacks a word",
    kind: "mismatched",
    sql: `update "messages" set "parts" = replace("parts"::text, 'Fertig', '')::jsonb where "id" = ${theAnswer} and "conversationId" = $1`,
  },
  {
    what: "an answer without a receipt",
    kind: "mismatched",
    sql: `update "messages" set "parts" = "parts" - 2 where "id" = ${theAnswer} and "conversationId" = $1`,
  },
];

describe("the checker of the fault tests", () => {
  it("finds nothing where all is well", async () => {
    const { clean, total } = await count(await answered());
    expect(clean).toBe(true);
    expect(total.operations).toBe(1);
  });

  it.each(tamperings)("counts $what as $kind", async ({ kind, sql }) => {
    const op = await answered();
    const { rowCount } = await db.query(sql, [op.conversationId]);
    expect(rowCount).toBeGreaterThan(0);
    const { clean, total } = await count(op);
    expect(clean).toBe(false);
    expect(total[kind]).toBe(1);
  });

  it("counts a reader who saw a text twice as mismatched, and one without an end as unfinished", async () => {
    const op = await answered();
    const [read] = op.reads;
    const twice = (read?.parts ?? []).map((part) =>
      part.type === "text" ? { ...part, text: part.text + part.text.slice(-1) } : part,
    );
    const saw = { ...op, reads: [{ parts: twice, done: true, connections: 1 }] };
    expect((await count(saw)).total).toMatchObject({ mismatched: 1, unfinished: 0 });
    const waits = { ...op, reads: [{ parts: read?.parts ?? [], done: false, connections: 1 }] };
    expect((await count(waits)).total).toMatchObject({ mismatched: 0, unfinished: 1 });
  });
});

it("takes no round for proof whose fault did not come about", () => {
  const ledger = new Ledger();
  for (let i = 0; i < 20; i++) ledger.fault("tool:after");
  ledger.missed("tool:after");
  expect(ledger.clean).toBe(true);
  ledger.missed("finish:before");
  expect(ledger.clean).toBe(false);
});

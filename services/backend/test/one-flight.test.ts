import { Kysely, PostgresDialect, sql as raw } from "kysely";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { admission, SessionEnded } from "../src/db/admission.ts";
import { type Db, inTransaction, type Trx } from "../src/db/database.ts";
import { DatabasePool } from "../src/db/database-pool.ts";
import type { Database } from "../src/db/schema/index.ts";
import { closeAfterTest, type Person, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";
import { hasPgBouncer, startPgBouncer } from "./_pgbouncer.ts";

type Told = "asked" | "answered";

/** A database with one connection; `told` says in which order it was asked and has answered. */
function watched(url: string, fail?: RegExp): { db: Db; told: Told[] } {
  const told: Told[] = [];
  const pool = new pg.Pool({ connectionString: url, max: 1, pipeline: true });
  pool.on("connect", (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    const noted = async (...args: unknown[]) => {
      told.push("asked");
      const text = typeof args[0] === "string" ? args[0] : (args[0] as { text: string }).text;
      if (fail?.test(text)) throw new Error("failed on its way");
      return query(...args).finally(() => told.push("answered"));
    };
    Object.assign(client, { query: noted });
  });
  const limits = { statementMs: 5_000, idleInTransactionMs: 10_000 };
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool: new DatabasePool(pool, limits) }) });
  onTestFinished(() => db.destroy());
  return { db, told };
}

/** How often something was sent after an answer: ways to the server and back. */
function flights(told: readonly Told[]): number {
  return told.filter((what, i) => what === "asked" && told[i - 1] !== "asked").length;
}

const titles = async (trx: Trx) => (await trx.selectFrom("tasks").select("title").execute()).map(({ title }) => title);

async function someone(): Promise<{ server: TestServer; ann: Person; token: string }> {
  const server = await startTestServer();
  closeAfterTest(server);
  const ann = await signUp(server);
  await ann.json("POST", "/api/tasks", { title: "hers" });
  const [session] = await sql<{ token: string }>(server.databaseUrl, `select "token" from "session"`);
  return { server, ann, token: session?.token ?? "" };
}

const endSessions = (server: TestServer) => sql(server.databaseUrl, `delete from "session"`);
const expireSessions = (server: TestServer) => sql(server.databaseUrl, `update "session" set "expiresAt" = now()`);

describe.each([
  ["PostgreSQL itself", true, async (url: string) => url],
  ["a pooler", hasPgBouncer, startPgBouncer],
])("a transaction that reads, through %s", (_, available, lead) => {
  it.runIf(available)("is one way to the server and back, with the session", async () => {
    const { server, ann, token } = await someone();
    const { db, told } = watched(await lead(server.databaseUrl));
    await inTransaction(db, { userId: ann.userId, token }, titles, "read");
    told.length = 0;
    expect(await inTransaction(db, { userId: ann.userId, token }, titles, "read")).toEqual(["hers"]);
    expect(flights(told)).toBe(1);
    expect(told.filter((what) => what === "answered")).toHaveLength(4);
  });

  it.runIf(available)("gives nothing without its session, and its statements find nothing", async () => {
    const { server, ann, token } = await someone();
    const { db } = watched(await lead(server.databaseUrl));
    const read = (who: { userId: string; token: string }) => inTransaction(db, who, titles, "read");
    const bob = await signUp(server);
    await expect(read({ userId: ann.userId, token: "somebody's that never was" })).rejects.toThrow(SessionEnded);
    await expect(read({ userId: bob.userId, token })).rejects.toThrow(SessionEnded);
    await expireSessions(server);
    await expect(read({ userId: ann.userId, token })).rejects.toThrow(SessionEnded);
    await expect(inTransaction(db, { userId: ann.userId, token }, titles)).rejects.toThrow(SessionEnded);

    const found = await db.transaction().execute(async (trx) => {
      await trx.executeQuery(admission({ userId: ann.userId, token }));
      return titles(trx);
    });
    expect(found).toEqual([]);
  });

  it.runIf(available)("asks for its session even where its work asks for nothing", async () => {
    const { server, ann, token } = await someone();
    const { db } = watched(await lead(server.databaseUrl));
    const read = () => inTransaction(db, { userId: ann.userId, token }, async () => "nothing", "read");
    expect(await read()).toBe("nothing");
    await endSessions(server);
    await expect(read()).rejects.toThrow(SessionEnded);
  });

  it.runIf(available)("can change nothing, and leaves the connection as it was", async () => {
    const { server, ann } = await someone();
    const { db } = watched(await lead(server.databaseUrl));
    const done = (trx: Trx) => trx.updateTable("tasks").set({ status: "done" }).execute();
    await expect(inTransaction(db, ann.userId, done, "read")).rejects.toMatchObject({ code: "25006" });
    const wrong = (trx: Trx) => raw`select * from "nowhere"`.execute(trx);
    await expect(inTransaction(db, ann.userId, wrong, "read")).rejects.toMatchObject({ code: "42P01" });
    const twice = async (trx: Trx) => [...(await titles(trx)), ...(await titles(trx))];
    expect(await inTransaction(db, ann.userId, twice, "read")).toEqual(["hers", "hers"]);
    expect(await inTransaction(db, "nobody", titles, "read")).toEqual([]);
    await inTransaction(db, ann.userId, done);
    expect(await sql(server.databaseUrl, `select "status" from "tasks"`)).toEqual([{ status: "done" }]);
  });
});

describe("what was sent with a beginning that failed", () => {
  it.each([["start transaction"], ["app.user_id"], ["commit"]])("is not given: %s", async (which) => {
    const { server, ann, token } = await someone();
    const { db } = watched(server.databaseUrl, new RegExp(which));
    await expect(inTransaction(db, { userId: ann.userId, token }, titles, "read")).rejects.toThrow("failed on its way");
  });

  it("is not sent where it would change something", async () => {
    const { server, ann } = await someone();
    const { db, told } = watched(server.databaseUrl, /^begin/);
    const change = (trx: Trx) => trx.updateTable("tasks").set({ status: "done" }).execute();
    await expect(inTransaction(db, ann.userId, change)).rejects.toThrow("failed on its way");
    expect(told.filter((what) => what === "asked").length).toBeLessThan(7);
    expect(await sql(server.databaseUrl, `select "status" from "tasks"`)).toEqual([{ status: "open" }]);
  });
});

describe("a session that this server has just seen", () => {
  const asks: [string, string, unknown?][] = [
    ["GET", "/api/tasks"],
    ["GET", "/api/tasks?limit=none"],
    ["GET", "/api/tasks/0b8f7a0e-0000-4000-8000-000000000000"],
    ["POST", "/api/tasks", { title: "new" }],
    ["POST", "/api/tasks", { title: "" }],
    ["GET", "/api/conversations"],
    ["POST", "/api/conversations", {}],
    ["GET", "/api/tokens"],
    ["GET", "/api/approvals"],
    ["GET", "/api/events"],
    ["GET", "/api/nowhere"],
  ];

  it.each([
    ["has ended", endSessions],
    ["has expired", expireSessions],
  ])("is refused everywhere at once when it %s elsewhere", async (_, end) => {
    const { server, ann } = await someone();
    expect(await ann.tasks()).toHaveLength(1);
    await end(server);
    const statuses = [];
    for (const [method, path, body] of asks) {
      const response = await ann.request(method, path, body);
      statuses.push([method, path, response.status, await response.text()]);
    }
    const refused = asks.map(([method, path]) => [method, path, 401, expect.stringContaining('"unauthenticated"')]);
    expect(statuses).toEqual(refused);
    const rows = await sql(server.databaseUrl, `select "title" from "tasks"`);
    expect(rows).toEqual([{ title: "hers" }]);
    expect(await sql(server.databaseUrl, `select from "conversations"`)).toEqual([]);
  });

  it("is not taken for another one in the same browser", async () => {
    const { server, ann } = await someone();
    const bob = await signUp(server);
    await bob.json("POST", "/api/tasks", { title: "his" });
    for (const who of [ann, bob, ann, bob]) {
      expect((await who.tasks()).map(({ title }) => title)).toEqual([who === ann ? "hers" : "his"]);
    }
    const forged = ann.cookie.replace(
      /(session_token=[\w-]+\.)(.)/,
      (_, token, first) => token + (first === "A" ? "B" : "A"),
    );
    expect(forged).not.toBe(ann.cookie);
    expect((await ann.request("GET", "/api/tasks", undefined, { headers: { cookie: forged } })).status).toBe(401);
  });
});

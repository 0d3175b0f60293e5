import { setTimeout as sleep } from "node:timers/promises";
import { errorBodySchema, healthSchema, taskPageSchema } from "@todo/contract";
import { type RawBuilder, sql as raw } from "kysely";
import { expect, inject, it, onTestFinished } from "vitest";
import { eventually } from "../../../test/support/eventually.ts";
import { createDatabase } from "../src/db/database.ts";
import { keepSchema } from "../src/jobs/keep-schema.ts";
import { createLogger } from "../src/logger.ts";
import { asAssistant, closeAfterTest, createTestDatabase, signUp, sql, startTestServer } from "./_harness.ts";
import { gate, slowText } from "./_models.ts";
import { startRelay } from "./_relay.ts";

type Line = { level: string; msg: string; database?: string; reason?: string; status?: number };

function capture() {
  const lines: Line[] = [];
  return { lines, log: createLogger("info", { write: (line: string) => void lines.push(JSON.parse(line)) }) };
}

/** A server whose database can be cut off, in the middle of its work: streams are open, an answer is being written. */
async function busyServer() {
  const { lines, log } = capture();
  const relay = await startRelay(await createTestDatabase());
  onTestFinished(relay.close);
  const hold = gate();
  // Its silence must not be what ends the run.
  const assistant = asAssistant(slowText(["One ", "two."], hold), { silenceMs: 60_000 });
  const server = await startTestServer({ databaseUrl: relay.url, log, assistant, heartbeatMs: 100 });
  closeAfterTest(server);
  const ann = await signUp(server);
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const { signal } = abort;
  const streams = { open: 5 };
  for (let i = 0; i < streams.open; i++) {
    const { body } = await ann.request("GET", "/api/events", undefined, { signal });
    void body?.pipeTo(new WritableStream()).catch(() => streams.open--);
  }
  const conversation = await ann.conversation();
  await ann.send(conversation, "count", undefined, { signal });
  const health = async () => (await fetch(`${server.url}/api/health`)).status;
  /** All that was logged but that a request was answered. */
  const told = () => lines.filter(({ msg }) => msg !== "request").map(({ msg, reason }) => ({ msg, reason }));
  lines.length = 0;
  return { server, relay, ann, conversation, hold, health, told, lines, streams };
}

it("says once that the database is away and once that it is back, serves on, and finishes what it had begun", async () => {
  const { server, relay, ann, conversation, hold, health, told, lines, streams } = await busyServer();
  relay.refuse();
  for (let i = 0; i < 30; i++) {
    expect(await health()).toBe(503);
    const response = await ann.request("GET", "/api/tasks");
    expect(response.status).toBe(503);
    expect(errorBodySchema.parse(await response.json()).error.code).toBe("database_unavailable");
    await sleep(100);
  }
  const reason = expect.stringMatching(/refused|broke/);
  expect(told()).toEqual([{ msg: "database unavailable", reason }]);
  expect(lines.find(({ msg }) => msg === "database unavailable")?.database).toBe(relay.place);
  await eventually("the streams show it", async () => streams.open === 0);
  hold.open();
  await eventually("the run is left", async () => server.deps.worker.activeRuns === 0);
  await relay.restore();
  await eventually("it is ready again", async () => (await health()) === 200);
  await eventually("the answer is finished", async () =>
    JSON.stringify(await ann.messages(conversation)).includes("One two."),
  );
  await eventually("it says that it is back", async () => told().length > 2);
  expect(told().map(({ msg }) => msg)).toEqual([
    "database unavailable",
    "database unavailable, leaving the run for later",
    "database available again",
  ]);
});

it("does not hang on a network that swallows everything", async () => {
  const { lines, log } = capture();
  const relay = await startRelay(await createTestDatabase());
  onTestFinished(relay.close);
  const server = await startTestServer({ databaseUrl: relay.url, log });
  closeAfterTest(server);
  const ann = await signUp(server);
  const ask = async () => (await ann.request("GET", "/api/tasks")).status;
  await Promise.all(Array.from({ length: 5 }, ask));
  relay.swallow();
  // Over a connection that it has, then over new ones.
  expect(await ask()).toBe(503);
  expect(await ask()).toBe(503);
  expect((await fetch(`${server.url}/api/health`)).status).toBe(503);
  expect(lines).toContainEqual(
    expect.objectContaining({ msg: "database unavailable", reason: "it does not answer in time" }),
  );
  await relay.restore();
  await eventually("it answers again", async () => (await ask()) === 200);
});

it("keeps people signed in meanwhile, and signs nobody out whose session would live on", async () => {
  const relay = await startRelay(await createTestDatabase());
  onTestFinished(relay.close);
  const server = await startTestServer({ databaseUrl: relay.url });
  closeAfterTest(server);
  const ann = await signUp(server);
  const signOut = () => ann.request("POST", "/api/auth/sign-out", {});
  relay.refuse();
  for (const response of [await signOut(), await ann.request("GET", "/api/auth/list-sessions")]) {
    expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(errorBodySchema.parse(await response.json()).error.message).toMatch(/try again/i);
  }
  await relay.restore();
  const status = async () => (await ann.request("GET", "/api/tasks")).status;
  await eventually("she is still signed in", async () => (await status()) === 200);
  expect((await signOut()).status).toBe(200);
  expect(await status()).toBe(401);
});

/** Has a database fail over: its connections break, and new ones may only read until it is taken back. */
function failovers(databaseUrl: string) {
  const admin = inject("databaseUrl");
  const database = new URL(databaseUrl).pathname.slice(1);
  return {
    failOver: async () => {
      await sql(admin, `alter database "${database}" set default_transaction_read_only = on`);
      await sql(
        admin,
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename = current_user",
        [database],
      );
    },
    takeBack: () => sql(admin, `alter database "${database}" reset default_transaction_read_only`),
  };
}

it("uses no connection again that leads to a server that may only read", async () => {
  const url = await createTestDatabase();
  const { failOver, takeBack } = failovers(url);
  await failOver();
  const db = createDatabase({ url, maxConnections: 4, onError: () => undefined });
  onTestFinished(() => db.destroy());
  const onEach = (query: RawBuilder<unknown>) => Promise.allSettled([1, 2, 3, 4].map(() => query.execute(db)));
  await onEach(raw`select pg_sleep(0.2)`);
  await takeBack();
  const change = raw`insert into "rateLimits" ("key", "count", "windowEnds") values (gen_random_uuid()::text, 1, now())`;
  await expect(change.execute(db)).rejects.toMatchObject({ code: "25006" });
  expect((await onEach(change)).map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => "fulfilled"));
});

it("says so when the database can only be read, serves what it can, and writes again by itself", async () => {
  const server = await startTestServer();
  closeAfterTest(server);
  const ann = await signUp(server);
  await ann.json("POST", "/api/tasks", { title: "before" });
  const { failOver, takeBack } = failovers(server.databaseUrl);
  const add = () => ann.request("POST", "/api/tasks", { title: "after" });
  const health = async () => healthSchema.parse(await (await fetch(`${server.url}/api/health`)).json());

  await failOver();
  // Connections that broke unnoticed fail once more each.
  const titles = async () => {
    const response = await ann.request("GET", "/api/tasks");
    return (
      response.ok &&
      taskPageSchema
        .parse(await response.json())
        .items.map(({ title }) => title)
        .join()
    );
  };
  await eventually("reading goes on", async () => (await titles()) === "before");
  const only = "it takes no changes: it can only be read";
  await eventually("its health tells", async () => (await health()).reason === only);
  expect((await add()).status).toBe(503);
  expect((await health()).status).toBe("unavailable");

  await takeBack();
  await eventually("it is ready again", async () => (await health()).status === "ok");
  await eventually("it writes again", async () => (await add()).status === 201);
});

it("is not ready without its tables, and puts them back", async () => {
  const { lines, log } = capture();
  const server = await startTestServer({ log });
  closeAfterTest(server);
  const ann = await signUp(server);
  const health = async () => healthSchema.parse(await (await fetch(`${server.url}/api/health`)).json());
  await sql(server.databaseUrl, "drop owned by current_user");
  expect(await health()).toMatchObject({ status: "unavailable", reason: "its tables are missing" });
  expect((await ann.request("GET", "/api/tasks")).status).toBe(503);
  await keepSchema(server.deps);
  expect(await health()).toMatchObject({ status: "ok" });
  expect((await ann.request("GET", "/api/tasks")).status).toBe(401);
  const bob = await signUp(server);
  await bob.json("POST", "/api/tasks", { title: "anew" });
  expect(lines.map(({ msg }) => msg)).toContain("the tables of this version are missing: applying its schema");

  const [newest] = await sql<{ name: string }>(
    server.databaseUrl,
    `delete from "kysely_migration" where "name" = (select max("name") from "kysely_migration") returning "name"`,
  );
  expect(newest).toBeDefined();
  expect(await health()).toMatchObject({ status: "unavailable", reason: "its tables are of an older version" });
});

it("goes on reading when the database's disk is full, and says what to do about changes", async () => {
  const server = await startTestServer();
  closeAfterTest(server);
  const ann = await signUp(server);
  await ann.json("POST", "/api/tasks", { title: "before" });
  await sql(
    server.databaseUrl,
    `create function no_room() returns trigger language plpgsql as $$ begin
       raise exception 'could not extend file "base/1/2": No space left on device' using errcode = '53100';
     end $$`,
  );
  await sql(server.databaseUrl, `create trigger no_room before insert on "tasks" execute function no_room()`);
  const refused = await ann.request("POST", "/api/tasks", { title: "after" });
  expect(refused.status).toBe(507);
  expect(errorBodySchema.parse(await refused.json()).error).toMatchObject({
    code: "storage_full",
    message: expect.stringContaining("Free some space there"),
  });
  expect((await ann.tasks()).map(({ title }) => title)).toEqual(["before"]);
  await sql(server.databaseUrl, `drop trigger no_room on "tasks"`);
  await ann.json("POST", "/api/tasks", { title: "after" });
});

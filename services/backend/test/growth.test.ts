import { randomBytes } from "node:crypto";
import { limits, type TaskFilter, type TaskSort } from "@todo/contract";
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { explainedDatabase } from "../../../test/support/plans.ts";
import { inTransaction } from "../src/db/database.ts";
import { migrateToLatest } from "../src/db/migrate.ts";
import { listConversations } from "../src/db/queries/conversations.ts";
import { findModelContext } from "../src/db/queries/model-context.ts";
import { listTasks } from "../src/db/queries/task-list.ts";
import { createTestDatabase, type Person, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";

/** The planner takes a sort or reads a whole table only where it finds no other way. */
const NO_OTHER_WAY = { enable_seqscan: "off", enable_sort: "off", enable_bitmapscan: "off" };

let server: TestServer;
let databaseUrl: string;
let ann: Person;
let explained: ReturnType<typeof explainedDatabase>;
beforeAll(async () => {
  server = await startTestServer();
  databaseUrl = server.databaseUrl;
  ann = await signUp(server);
  for (let i = 0; i < 5; i++) await ann.json("POST", "/api/tasks", { title: `task ${i}`, tags: ["home"] });
  await ann.say(await ann.conversation(), "add a task to feed the cat");
  explained = explainedDatabase(databaseUrl, inject("superuserUrl"), NO_OTHER_WAY);
  return async () => {
    await explained.db.destroy();
    await server.close();
  };
});
afterEach(() => explained.plans.splice(0));

const list = (filter: Partial<TaskFilter>) =>
  inTransaction(explained.db, ann.userId, (trx) => listTasks(trx, ann.userId, { sort: "number", limit: 2, ...filter }));

/** Gives the user so many tasks, and as many messages in one conversation. */
async function seed(userId: string, count: number): Promise<void> {
  await sql(
    databaseUrl,
    `insert into "tasks" ("id", "userId", "number", "title", "notes", "status", "priority", "tags", "createdAt", "updatedAt")
     select gen_random_uuid(), $1, n, 'Common ' || n, case when n % 700 = 0 then 'rare' else '' end, 'open', 'none',
       case when n % 500 = 0 then '{few}' else '{many}' end::text[], now(), now()
     from generate_series(1, $2) as n`,
    [userId, count],
  );
  await sql(
    databaseUrl,
    `with "made" as (
       insert into "conversations" ("id", "userId", "title", "createdAt", "updatedAt")
       values (gen_random_uuid(), $1, 'Seeded', now(), now()) returning "id"
     )
     insert into "messages" ("id", "conversationId", "userId", "seq", "role", "parts", "text", "status", "createdAt")
     select gen_random_uuid(), "made"."id", $1, n, 'user', '[]', 'said often, number ' || n, 'complete', now()
     from "made", generate_series(1, $2) as n`,
    [userId, count],
  );
  await sql(databaseUrl, "analyze");
}

/** The plan of the last statement that reads the table. */
function planOf(table: string): string {
  const plan = explained.plans.findLast((each) => each.includes(` on ${table}`) || each.includes(` on "${table}"`));
  if (!plan) throw new Error(`no plan reads ${table}:\n${explained.plans.join("\n")}`);
  return plan;
}

describe("a list is read by an index, from where its page begins, when it is sorted by", () => {
  it.each<[TaskSort, Partial<TaskFilter>, string]>([
    ["number", {}, "tasks_userId_number_key"],
    ["number", { status: "open" }, "openTasks"],
    ["number", { status: "deleted" }, "trashedTasks"],
    ["due", {}, "tasksByDueKey"],
    ["due", { status: "open" }, "openTasksByDueKey"],
    ["priority", {}, "tasksByPriority"],
    ["updated", {}, "tasksByUpdate"],
  ])("%s %o", async (sort, filter, index) => {
    const first = await list({ sort, ...filter });
    await list({ sort, ...filter, ...(first?.nextCursor && { cursor: first.nextCursor }) });
    const plan = planOf("tasks");
    expect(plan).not.toMatch(/Sort|Seq Scan/);
    // Another index of the same beginning may do as well on so few rows.
    expect(plan).toMatch(/Index Scan using/);
    if (filter.status !== "deleted") {
      expect(first?.nextCursor).toBeTypeOf("string");
      expect(plan, index).toMatch(/Index Cond: .*\(ROW\(|Index Cond: .*"?number"? >/);
    }
  });
});

it("the open tasks that a model is told of are read by an index", async () => {
  const [message] = await sql<{ id: string }>(databaseUrl, `select "id" from "messages" where "role" = 'user'`);
  const bounds = { messages: 10, messageCharacters: 100, tasks: 30 };
  await inTransaction(explained.db, ann.userId, (trx) => findModelContext(trx, ann.userId, message?.id ?? "", bounds));
  expect(planOf("tasks")).toMatch(/Index Scan using "openTasksByDueKey"/);
});

describe("a search", () => {
  it("asks the index of words and tags first, for this user alone", async () => {
    const { userId } = await signUp(server);
    await seed(userId, 5_000);
    const plain = explainedDatabase(databaseUrl, inject("superuserUrl"), { enable_seqscan: "off" });
    const hits = await inTransaction(plain.db, userId, async (trx) => {
      const none = await listTasks(trx, userId, { sort: "number", limit: 2, q: "zebra" });
      const tagged = await listTasks(trx, userId, { sort: "number", limit: 2, tag: "zebra" });
      const said = await listConversations(trx, userId, { limit: 2, q: "zebra" });
      return [none, tagged, said].map((page) => page?.items);
    });
    await plain.db.destroy();
    expect(hits).toEqual([[], [], []]);
    const searched = plain.plans.filter((plan) => /Index Scan on "(tasks|messages)BySearch"/.test(plan));
    expect(searched).toHaveLength(3);
    for (const plan of searched) expect(plan).toMatch(/Index Cond: .*"userId" = current_setting\('app.user_id'/);
  });

  it("finds the same with many hits as with few", async () => {
    const bob = await signUp(server);
    await seed(bob.userId, 1_500);
    const numbers = async (query: string) => (await bob.tasks(query)).map(({ number }) => number);
    expect(await numbers("q=rare")).toEqual([700, 1400]);
    expect(await numbers("tag=few")).toEqual([500, 1000, 1500]);
    expect(await numbers("tag=few&q=1000")).toEqual([1000]);
    const first = Array.from({ length: limits.pageRows }, (_, i) => i + 1);
    expect(await numbers("q=common")).toEqual(first);
    expect(await numbers("tag=many")).toEqual(first);
    const [id] = (await bob.json<{ items: { id: string }[] }>("GET", "/api/conversations")).items.map(
      (each) => each.id,
    );
    for (const q of ["often", "OFTEN", "seeded", "number 700"]) {
      const { items } = await bob.json<{ items: { id: string }[] }>("GET", `/api/conversations?q=${q}`);
      expect(
        items.map((each) => each.id),
        q,
      ).toEqual([id]);
    }
    // Who has none of these finds none of another's.
    expect(await ann.tasks("q=common")).toEqual([]);
    expect(await ann.json("GET", "/api/conversations?q=often")).toMatchObject({ items: [] });
  });

  it("can be asked by nobody but the app's role, and tells it of nobody without a user", async () => {
    const [granted] = await sql(
      databaseUrl,
      `select count(*)::int as "count" from pg_proc, aclexplode(proacl) where proname like 'search%' and grantee = 0
       and pronamespace = 'public'::regnamespace and prosecdef`,
    );
    expect(granted).toEqual({ count: 0 });
    await expect(sql(databaseUrl, `select "searchTasks"('%', null, 10)`)).rejects.toThrow(/app\.user_id/);
  });
});

it("without the extensions for its indexes everything is found all the same, and it is said", async () => {
  const admin = inject("databaseUrl");
  const name = `poor_${randomBytes(6).toString("hex")}`;
  await sql(admin, `create role ${name} login createrole password 'poor'`);
  const url = new URL(await createTestDatabase({ migrate: false }));
  const asAdmin = url.href;
  // Its tables may be made here, but not what comes with the server.
  await sql(asAdmin, `grant create, usage on schema public to ${name}`);
  Object.assign(url, { username: name, password: "poor" });
  const said: string[] = [];
  await migrateToLatest(url.href, { say: (text) => said.push(text) });
  expect(said).toEqual([expect.stringMatching(/permission denied to create extension "pg_trgm".*create extension/)]);
  const server = await startTestServer({ databaseUrl: url.href });
  const eva = await signUp(server);
  await eva.json("POST", "/api/tasks", { title: "Feed the zebra", tags: ["zoo"] });
  const id = await eva.conversation();
  await eva.say(id, "what is a giraffe");
  expect(await eva.tasks("q=ZEBRA")).toHaveLength(1);
  expect(await eva.tasks("q=lion")).toHaveLength(0);
  expect(await eva.tasks("tag=zoo")).toHaveLength(1);
  expect(await eva.json("GET", "/api/conversations?q=giraffe")).toMatchObject({ items: [{ id }] });
  await server.close();
  await sql(asAdmin, "create extension pg_trgm");
  await sql(asAdmin, "create extension btree_gin");
  await migrateToLatest(url.href, { say: (text) => said.push(text) });
  expect(said).toHaveLength(1);
  const [made] = await sql(
    url.href,
    `select count(*)::int as "count" from pg_indexes where indexdef like '%gin_trgm_ops%'`,
  );
  expect(made).toEqual({ count: 2 });
});

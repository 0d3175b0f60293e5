import { randomUUID } from "node:crypto";
import { type Task, type TaskPage, type ToolOutput, taskSchema } from "@todo/contract";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Person, signUp, sql, startTestServer, type TestServer, ZONE } from "./_harness.ts";
import { Random } from "./_random.ts";

let server: TestServer;
let ann: Person;
beforeAll(async () => {
  server = await startTestServer();
  return server.close;
});
beforeEach(async () => {
  ann = await signUp(server);
});

const add = (task: object) => ann.json<Task>("POST", "/api/tasks", task);
const due = (date: string, time: string | null = null) => ({ date, time, zone: ZONE });

describe("a task", () => {
  it("is added with defaults, or with all that it can have", async () => {
    const plain = taskSchema.strict().parse(await add({ title: "  buy milk  " }));
    expect(plain).toMatchObject({
      number: 1,
      title: "buy milk",
      notes: "",
      status: "open",
      priority: "none",
      tags: [],
    });
    expect([plain.due, plain.completedAt, plain.deletedAt]).toEqual([null, null, null]);
    const full = { title: "Überweisung 💶", notes: "two\nlines", priority: "high", tags: ["Home", "home", "büro"] };
    const task = await add({ ...full, due: due("2030-06-15", "09:30") });
    expect(task).toMatchObject({ ...full, number: 2, tags: ["home", "büro"], due: due("2030-06-15", "09:30") });
    expect(await ann.json("GET", `/api/tasks/${task.id}`)).toEqual(task);
    expect(await ann.json("GET", `/api/tasks/${task.id.toUpperCase()}`)).toEqual(task);
  });

  it("is changed field by field, done and open again", async () => {
    const task = await add({
      title: "call",
      notes: "n",
      priority: "low",
      tags: ["a"],
      due: due("2030-01-01", "10:00"),
    });
    const patch = (body: object) => ann.json<Task>("PATCH", `/api/tasks/${task.id}`, body);
    expect(await patch({ title: "call Eva" })).toMatchObject({ title: "call Eva", notes: "n", tags: ["a"] });
    expect(await patch({ due: null, tags: [], notes: "" })).toMatchObject({
      due: null,
      tags: [],
      notes: "",
      priority: "low",
    });
    const done = await patch({ status: "done" });
    expect(done).toMatchObject({ status: "done", completedAt: expect.any(String) });
    expect(await patch({ status: "done" })).toEqual(done);
    expect(await patch({ status: "open" })).toMatchObject({ status: "open", completedAt: null });
    expect((await ann.request("PATCH", `/api/tasks/${task.id}`, {})).status).toBe(422);
  });

  it("that is deleted is gone until it is restored as it was", async () => {
    const task = await add({ title: "old", tags: ["x"], due: due("2030-01-01") });
    const path = `/api/tasks/${task.id}`;
    expect(await ann.json("DELETE", path)).toMatchObject({ deletedAt: expect.any(String) });
    for (const [method, body] of [["GET"], ["DELETE"], ["PATCH", { title: "y" }]] as const) {
      expect((await ann.request(method, path, body)).status, method).toBe(404);
    }
    expect(await ann.tasks()).toEqual([]);
    const restored = await ann.json<Task>("POST", `${path}/restore`);
    expect(restored).toEqual({ ...task, updatedAt: restored.updatedAt });
    expect((await ann.request("POST", `${path}/restore`)).status).toBe(404);
  });

  it("leaves a row in the audit log with each change that is one", async () => {
    const task = await add({ title: "a" });
    const path = `/api/tasks/${task.id}`;
    for (const body of [{ title: "b" }, { title: "b" }, { status: "done" }, { status: "open" }]) {
      await ann.json("PATCH", path, body);
    }
    await ann.json("DELETE", path);
    await ann.json("POST", `${path}/restore`);
    type Row = { kind: string; before: Task | null; after: Task; userId: string; runId: string | null };
    const rows = await sql<Row>(server.databaseUrl, `select * from "taskEvents" where "taskId" = $1 order by id`, [
      task.id,
    ]);
    expect(rows.map(({ kind }) => kind)).toEqual(["added", "updated", "completed", "reopened", "deleted", "restored"]);
    expect(rows[0]?.before).toBeNull();
    for (const [i, row] of rows.entries()) {
      expect([row.userId, row.runId]).toEqual([ann.userId, null]);
      if (i > 0) expect(row.before).toEqual(rows[i - 1]?.after);
    }
    expect(rows.at(-1)?.after).toEqual(await ann.json("GET", path));
  });
});

describe("a task that is named twice in one call", () => {
  it("counts once", async () => {
    const task = await add({ title: "a" });
    const output = await ann.json<ToolOutput>("POST", "/api/tasks/complete", {
      tasks: [task.number, task.number, 99, 99],
    });
    expect(output).toMatchObject({ changes: [{ kind: "completed" }], unchanged: [], notFound: [99] });
  });
});

describe("numbers", () => {
  it("are never used again", async () => {
    for (let i = 1; i <= 3; i++) await add({ title: `${i}` });
    for (const task of await ann.tasks()) await ann.json("DELETE", `/api/tasks/${task.id}`);
    expect((await add({ title: "new" })).number).toBe(4);
    expect((await (await signUp(server)).json<Task>("POST", "/api/tasks", { title: "x" })).number).toBe(1);
  });

  it("differ however many tasks are added at once, on two servers", async () => {
    const second = await startTestServer({ databaseUrl: server.databaseUrl });
    const people = [ann, ann.on(second)];
    const added = await Promise.all(
      Array.from({ length: 40 }, (_, i) => people[i % 2]?.json<Task>("POST", "/api/tasks", { title: `${i}` })),
    );
    await second.close();
    expect(added.map((task) => task?.number).sort((a = 0, b = 0) => a - b)).toEqual(added.map((_, i) => i + 1));
  });
});

describe("a list", () => {
  it("is filtered by status, words, tag, priority and due day", async () => {
    await add({ title: "Milk 100%", tags: ["home"], priority: "high", due: due("2030-06-14") });
    await add({
      title: "Bread",
      notes: "not 100_percent milk",
      tags: ["home", "shop"],
      due: due("2030-06-15", "08:00"),
    });
    const third = await add({ title: "Call \\ Eva", tags: ["work"], priority: "low", due: due("2030-06-16") });
    await add({ title: "Nothing", tags: [] });
    await ann.json("PATCH", `/api/tasks/${third.id}`, { status: "done" });
    const cases: [string, number[]][] = [
      ["", [1, 2, 3, 4]],
      ["status=open", [1, 2, 4]],
      ["status=done", [3]],
      ["q=MILK", [1, 2]],
      ["q=100%25", [1]],
      ["q=100_", [2]],
      ["q=%5C", [3]],
      ["tag=home", [1, 2]],
      ["tag=HOME", [1, 2]],
      ["tag=hom", []],
      ["priority=low", [3]],
      ["dueBefore=2030-06-15", [1]],
      ["dueAfter=2030-06-15", [3]],
      ["dueAfter=2030-06-13&dueBefore=2030-06-16", [1, 2]],
      ["status=open&tag=home&q=bread", [2]],
    ];
    for (const [query, numbers] of cases) {
      expect(
        (await ann.tasks(query)).map(({ number }) => number),
        query,
      ).toEqual(numbers);
    }
  });

  it("is sorted by number, due day, priority or change", async () => {
    await add({ title: "a", priority: "low", due: due("2030-06-15") });
    await add({ title: "b", priority: "high" });
    await add({ title: "c", priority: "high", due: due("2030-06-15", "07:00") });
    const last = await add({ title: "d", due: due("2030-06-14", "23:00") });
    await ann.json("PATCH", `/api/tasks/${last.id}`, { notes: "newest" });
    const order = async (sort: string) => (await ann.tasks(`sort=${sort}`)).map(({ title }) => title).join("");
    expect(await order("number")).toBe("abcd");
    expect(await order("due")).toBe("dcab");
    expect(await order("priority")).toBe("bcad");
    expect(await order("updated")).toBe("dcba");
  });

  it.each(["number", "due", "priority", "updated"])("is paged without gaps and doubles, sorted by %s", async (sort) => {
    const random = new Random(11);
    for (let i = 1; i <= 30; i++) {
      const when = random.pick([null, due("2030-06-15"), due("2030-06-15", "07:00"), due("2030-06-14", "07:00")]);
      await add({ title: `${i}`, priority: random.pick(["none", "high", "low"]), due: when });
    }
    // Many rows with one key, as a bulk change leaves them.
    await sql(
      server.databaseUrl,
      `update tasks set "updatedAt" = '2026-01-01T00:00:00.123456Z' where number % 3 > 0 and "userId" = $1`,
      [ann.userId],
    );
    const whole = await ann.tasks(`sort=${sort}`);
    expect(whole).toHaveLength(30);
    for (const limit of [1, 7, 10, 30]) {
      expect((await pages(`sort=${sort}&limit=${limit}`)).flat(), `${limit}`).toEqual(whole);
    }
  });

  it.each(["number", "due", "priority", "updated"])(
    "does not tell what is unchanged twice, sorted by %s",
    async (sort) => {
      for (let i = 1; i <= 20; i++) await add({ title: `${i}`, due: due("2030-06-15"), priority: "low" });
      const random = new Random(12);
      const changed = new Set<string>();
      const seen = await pages(`sort=${sort}&limit=3`, async (page) => {
        const { id } = random.pick(page);
        changed.add(id);
        const patch = { priority: random.pick(["high", "none"]), due: due(random.pick(["2030-01-01", "2031-01-01"])) };
        await ann.json("PATCH", `/api/tasks/${id}`, patch);
        changed.add((await add({ title: "new" })).id);
      });
      const unchanged = seen.flat().filter(({ id }) => !changed.has(id));
      expect(new Set(unchanged.map(({ id }) => id)).size).toBe(unchanged.length);
      const still = (await ann.tasks()).filter(({ id }) => !changed.has(id));
      expect(unchanged.map(({ id }) => id).sort()).toEqual(still.map(({ id }) => id).sort());
    },
  );

  it("refuses cursors that are none of its own", async () => {
    for (let i = 1; i <= 3; i++) await add({ title: `${i}` });
    const { nextCursor } = await ann.json<TaskPage>("GET", "/api/tasks?sort=due&limit=1");
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const bad = [
      nextCursor ?? "",
      "x",
      "",
      encode([]),
      encode({}),
      encode(["a", 1]),
      encode([1]),
      encode([1, 2, 3]),
      encode([1.5, 1]),
    ];
    for (const cursor of bad) {
      const response = await ann.request("GET", `/api/tasks?sort=number&limit=1&cursor=${cursor}`);
      expect([cursor, response.status]).toEqual([cursor, 422]);
    }
  });

  it("refuses what it does not know", async () => {
    for (const query of [
      "status=x",
      "sort=title",
      "limit=0",
      "limit=101",
      "limit=x",
      "limit=",
      "priority=urgent",
      "dueBefore=tomorrow",
      "q=a&q=b",
      "x=1",
    ]) {
      expect((await ann.request("GET", `/api/tasks?${query}`)).status, query).toBe(422);
    }
  });
});

describe("a new conversation", () => {
  it("is the same one when its id comes again", async () => {
    const id = randomUUID();
    const first = await ann.json("POST", "/api/conversations", { id });
    expect(await ann.json("POST", "/api/conversations", { id })).toEqual(first);
  });
});

/** Every page of a list; `between` happens after each. */
async function pages(query: string, between?: (page: Task[]) => Promise<void>): Promise<Task[][]> {
  const found: Task[][] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const next: TaskPage = await ann.json("GET", `/api/tasks?${query}${cursor && `&cursor=${cursor}`}`);
    found.push(next.items);
    await between?.(next.items);
    cursor = next.nextCursor;
    if (found.length > 60) throw new Error("the pages have no end");
  }
  return found;
}

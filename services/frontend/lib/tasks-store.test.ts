import type { Task } from "@todo/contract";
import { beforeEach, expect, test } from "vitest";
import { type FakeServer, fakeServer, refusal } from "./_fake-server.ts";
import { task } from "./_task.ts";
import { createTasksStore } from "./tasks-store.ts";

let server: FakeServer;
const AT = "2026-01-01T00:00:00.000Z";
const some = (...numbers: number[]) => numbers.map((number) => task({ id: `t${number}`, number }));
const upTo = (last: number, first = 1) => some(...Array.from({ length: last - first + 1 }, (_, i) => first + i));
const page = (items: Task[], nextCursor: string | null = null) => ({ items, nextCursor });
const numbersIn = (store: ReturnType<typeof createTasksStore>) => store.get().items.map(({ number }) => number);

beforeEach(() => {
  server = fakeServer();
});

async function readyWith(items: Task[], nextCursor: string | null = null) {
  server.on("GET /api/tasks", () => page(items, nextCursor));
  const store = createTasksStore();
  await store.refresh();
  return store;
}

test("shows the open tasks first, and how many they are", async () => {
  const store = await readyWith(some(1, 2));
  expect(store.get()).toMatchObject({ phase: "ready", openCount: "2", problem: null });
  expect(server.calls.map(({ query }) => query)).toEqual([{ status: "open", limit: "50" }]);
});

test("says with a plus that there are more open ones than it has read", async () => {
  const store = await readyWith(upTo(50), "more");
  expect(store.get().openCount).toBe("50+");
});

test("counts the open ones apart while others are shown", async () => {
  const store = await readyWith(some(1));
  server.on("GET /api/tasks", ({ query }) => page(query.status === "open" ? some(1, 2, 3) : some(9)));
  store.show({ filter: "done" });
  await expect.poll(() => store.get().openCount).toBe("3");
  expect(numbersIn(store)).toEqual([9]);
  server.on("GET /api/tasks", ({ query }) => page(query.q === "x" ? some(1) : some(1, 2)));
  store.show({ filter: "open", search: "x" });
  await expect.poll(() => store.get().openCount).toBe("2");
  expect(numbersIn(store)).toEqual([1]);
});

test("asks for what is filtered and searched", async () => {
  const store = await readyWith([]);
  store.show({ filter: "all", search: "milk" });
  await expect.poll(() => store.get().phase).toBe("ready");
  store.show({ filter: "done" });
  await expect.poll(() => store.get().phase).toBe("ready");
  const asked = server.calls.map(({ query }) => `${query.status} ${query.q}`);
  expect(asked).toContain("undefined milk");
  expect(asked).toContain("done milk");
});

test("another filter takes the old list away at once", async () => {
  const store = await readyWith(some(1), "more");
  server.on("GET /api/tasks", () => new Promise(() => {}));
  store.show({ filter: "done" });
  expect(store.get()).toMatchObject({ filter: "done", items: [], nextCursor: null, phase: "loading" });
});

test("an answer that was overtaken by a later question is dropped", async () => {
  const slow = Promise.withResolvers();
  const failing = Promise.withResolvers();
  const store = await readyWith([]);
  server.on("GET /api/tasks", ({ query }) => {
    if (query.q === "m") return slow.promise;
    return query.q === "mi" ? failing.promise : page(some(3));
  });
  store.show({ search: "m" });
  store.show({ search: "mi" });
  store.show({ search: "milk" });
  await expect.poll(() => numbersIn(store)).toEqual([3]);
  slow.resolve(page(some(1, 2)));
  failing.resolve(refusal(500, "internal", "Broken."));
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(numbersIn(store)).toEqual([3]);
  expect(store.get().problem).toBeNull();
});

test("a count that was overtaken is dropped", async () => {
  const slow = Promise.withResolvers();
  const store = await readyWith(some(1));
  server.on("GET /api/tasks", ({ query }) => (query.status === "open" ? slow.promise : page([])));
  store.show({ filter: "done" });
  await expect.poll(() => server.calls.length).toBe(3);
  server.on("GET /api/tasks", () => page(some(1, 2)));
  store.show({ filter: "open" });
  await expect.poll(() => store.get().openCount).toBe("2");
  slow.resolve(page(some(1, 2, 3)));
  await new Promise(setImmediate);
  expect(store.get().openCount).toBe("2");
});

test("a change shows at once, then what the server made of it", async () => {
  const store = await readyWith(some(1, 2));
  const made = Promise.withResolvers<string>();
  const changing = store.change(
    (items) => items.slice(1),
    () => made.promise,
  );
  expect(numbersIn(store)).toEqual([2]);
  server.on("GET /api/tasks", () => page(some(2, 7)));
  made.resolve("made");
  expect(await changing).toBe("made");
  expect(numbersIn(store)).toEqual([2, 7]);
});

test("a change that fails is taken back, and one is told why", async () => {
  const store = await readyWith(some(1, 2));
  const changing = store.change(
    () => [],
    () => Promise.reject(new TypeError("network")),
  );
  expect(numbersIn(store)).toEqual([]);
  expect(await changing).toBeNull();
  expect(numbersIn(store)).toEqual([1, 2]);
  expect(store.get().problem).toBe("The server cannot be reached. Check your connection and try again.");
  const again = store.change(
    (items) => items,
    async () => {},
  );
  expect(store.get().problem).toBeNull();
  await again;
  expect(store.get().problem).toBeNull();
});

test("what was read before a change does not cover it", async () => {
  const store = await readyWith(some(1, 2));
  const old = Promise.withResolvers();
  server.on("GET /api/tasks", () => old.promise);
  const reading = store.refresh();
  const made = Promise.withResolvers<void>();
  const changing = store.change(
    (items) => items.slice(1),
    () => made.promise,
  );
  old.resolve(page(some(1, 2)));
  await reading;
  expect(numbersIn(store)).toEqual([2]);
  server.on("GET /api/tasks", () => page(some(2)));
  made.resolve();
  await changing;
  expect(numbersIn(store)).toEqual([2]);
});

test("the list is read again when the last of several changes is made", async () => {
  const store = await readyWith(some(1, 2));
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const one = store.change(
    (items) => items.filter(({ number }) => number !== 1),
    () => first.promise,
  );
  const two = store.change(
    (items) => items.filter(({ number }) => number !== 2),
    () => second.promise,
  );
  await store.refresh();
  first.resolve();
  await one;
  expect(server.calls).toHaveLength(1);
  expect(numbersIn(store)).toEqual([]);
  server.on("GET /api/tasks", () => page(some(4)));
  second.resolve();
  await two;
  expect(numbersIn(store)).toEqual([4]);
});

test("more are put below those that are shown", async () => {
  const store = await readyWith(upTo(50), "more");
  store.show({ filter: "all", search: "x" });
  await expect.poll(() => store.get().phase).toBe("ready");
  server.on("GET /api/tasks", () => page(some(51)));
  await store.loadMore();
  expect(server.calls.at(-1)?.query).toEqual({ q: "x", cursor: "more", limit: "50" });
  expect(numbersIn(store)).toEqual(upTo(51).map(({ number }) => number));
  const { length } = server.calls;
  await store.loadMore();
  expect(server.calls).toHaveLength(length);
});

test("more of a list that is not shown any more are dropped", async () => {
  const store = await readyWith(upTo(50), "more");
  const slow = Promise.withResolvers();
  server.on("GET /api/tasks", ({ query }) => (query.cursor === "more" ? slow.promise : page(some(9))));
  const loading = store.loadMore();
  store.show({ filter: "done" });
  await expect.poll(() => numbersIn(store)).toEqual([9]);
  slow.resolve(page(some(51)));
  await loading;
  expect(numbersIn(store)).toEqual([9]);
});

test("more that cannot be read leave the list, and one is told why", async () => {
  const store = await readyWith(some(1), "more");
  server.on("GET /api/tasks", () => refusal(500, "internal", "Broken."));
  await store.loadMore();
  expect(numbersIn(store)).toEqual([1]);
  expect(store.get()).toMatchObject({ phase: "ready", problem: "Broken.", nextCursor: "more" });
});

test("who had loaded more keeps as many when the list is read again", async () => {
  const store = await readyWith(upTo(50), "50");
  server.on("GET /api/tasks", ({ query }) => {
    const from = Number(query.cursor ?? 0);
    const to = Math.min(from + Number(query.limit), 180);
    return page(upTo(to, from + 1), to < 180 ? String(to) : null);
  });
  await store.loadMore();
  await store.loadMore();
  expect(store.get().items).toHaveLength(150);
  await store.refresh();
  expect(numbersIn(store)).toEqual(upTo(180).map(({ number }) => number));
  expect(server.calls.slice(-2).map(({ query }) => `${query.cursor} ${query.limit}`)).toEqual([
    "undefined 100",
    "100 100",
  ]);
});

test("a list that cannot be read says so, and keeps what it showed", async () => {
  server.on("GET /api/tasks", () => refusal(500, "internal", "Broken."));
  const store = createTasksStore();
  await store.refresh();
  expect(store.get()).toMatchObject({ phase: "failed", problem: "Broken.", items: [] });
  server.on("GET /api/tasks", () => page(some(1)));
  await store.refresh();
  expect(store.get()).toMatchObject({ phase: "ready", problem: null });
  server.on("GET /api/tasks", () => refusal(500, "internal", "Broken."));
  await store.refresh();
  expect(store.get()).toMatchObject({ phase: "ready", problem: "Broken.", items: some(1) });
});

test("what the server says has changed is shown without asking for it", async () => {
  const store = await readyWith(some(1, 3, 4));
  server.calls.length = 0;
  await store.apply([task({ id: "t3", number: 3, title: "changed" }), task({ id: "t2", number: 2 })]);
  expect(store.get().items.map(({ number, title }) => [number, title === "changed"])).toEqual([
    [1, false],
    [2, false],
    [3, true],
    [4, false],
  ]);
  expect(store.get().openCount).toBe("4");
  await store.apply([task({ id: "t1", number: 1, status: "done" }), task({ id: "t4", number: 4, deletedAt: AT })]);
  expect(numbersIn(store)).toEqual([2, 3]);
  expect(store.get().openCount).toBe("2");
  expect(server.calls).toEqual([]);
});

test.each([
  ["done", [1]],
  ["all", [1, 2]],
  ["deleted", [3]],
] as const)("a list of %s tasks takes up those that belong to it", async (filter, numbers) => {
  const store = await readyWith([]);
  store.show({ filter });
  await expect.poll(() => store.get().phase).toBe("ready");
  await expect.poll(() => store.get().openCount).toBe("0");
  await store.apply([
    task({ id: "t1", number: 1, status: "done" }),
    task({ id: "t2", number: 2 }),
    task({ id: "t3", number: 3, deletedAt: AT }),
  ]);
  expect(numbersIn(store)).toEqual(numbers);
});

test("a change after the end of what is shown waits for the next page", async () => {
  const store = await readyWith(some(1, 2), "more");
  await store.apply(some(2, 9));
  expect(numbersIn(store)).toEqual([1, 2]);
  expect(store.get().nextCursor).toBe("more");
});

test("a change that is told while the list is read, or searched, has it read again", async () => {
  const store = await readyWith(some(1));
  const slow = Promise.withResolvers<ReturnType<typeof page>>();
  server.on("GET /api/tasks", () => slow.promise);
  const reading = store.refresh();
  server.on("GET /api/tasks", () => page(some(1, 2)));
  const told = store.apply(some(2));
  // Read before the change was made.
  slow.resolve(page(some(1)));
  await Promise.all([reading, told]);
  expect(numbersIn(store)).toEqual([1, 2]);
  store.show({ search: "x" });
  await expect.poll(() => store.get().phase).toBe("ready");
  server.on("GET /api/tasks", () => page(some(7)));
  await store.apply(some(8));
  expect(numbersIn(store)).toEqual([7]);
});

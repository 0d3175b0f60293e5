import { beforeEach, expect, test } from "vitest";
import { conversation } from "./_conversation.ts";
import { type FakeServer, fakeServer, refusal } from "./_fake-server.ts";
import { createConversationsStore } from "./conversations-store.ts";

let server: FakeServer;
const some = (...ids: string[]) => ids.map((id) => conversation({ id }));
const page = (items: unknown[], nextCursor: string | null = null) => ({ items, nextCursor });
const ids = (items: { id: string }[] | null) => items?.map(({ id }) => id) ?? null;

beforeEach(() => {
  server = fakeServer();
});

async function readyWith(items: unknown[], nextCursor: string | null = null) {
  server.on("GET /api/conversations", () => page(items, nextCursor));
  const store = createConversationsStore();
  await store.refresh();
  return store;
}

test("reads as many as were shown: 30 at least, 100 at most", async () => {
  const many = Array.from({ length: 40 }, (_, i) => conversation({ id: `c${i}` }));
  const store = await readyWith(many, "more");
  expect(store.get()).toMatchObject({ phase: "ready", nextCursor: "more" });
  await store.refresh();
  server.on("GET /api/conversations", () => page([...many, ...many, ...many]));
  await store.refresh();
  await store.refresh();
  expect(server.calls.map(({ query }) => query.limit)).toEqual(["30", "40", "40", "100"]);
});

test("a list that was overtaken by a later one is dropped, its failure too", async () => {
  const store = await readyWith([]);
  const slow = Promise.withResolvers();
  const failing = Promise.withResolvers();
  server.on("GET /api/conversations", () => slow.promise);
  const first = store.refresh();
  server.on("GET /api/conversations", () => failing.promise);
  const second = store.refresh();
  server.on("GET /api/conversations", () => page(some("new")));
  await store.refresh();
  slow.resolve(page(some("old")));
  failing.resolve(refusal(500, "internal", "Broken."));
  await Promise.all([first, second]);
  expect(ids(store.get().items)).toEqual(["new"]);
  expect(store.get().problem).toBeNull();
});

test("a list that cannot be read says so, and keeps what it showed", async () => {
  server.on("GET /api/conversations", () => refusal(500, "internal", "Broken."));
  const store = createConversationsStore();
  await store.refresh();
  expect(store.get()).toMatchObject({ phase: "failed", problem: "Broken." });
  server.on("GET /api/conversations", () => page(some("a")));
  await store.refresh();
  expect(store.get()).toMatchObject({ phase: "ready", problem: null });
  server.on("GET /api/conversations", () => refusal(500, "internal", "Broken."));
  await store.refresh();
  expect(store.get()).toMatchObject({ phase: "ready", problem: "Broken.", items: some("a") });
});

test("a search shows what it found, beside the list; without words the list is shown again", async () => {
  const store = await readyWith(some("a"));
  server.on("GET /api/conversations", ({ query }) => page(query.q === "milk" ? some("b") : some("a")));
  await store.search(" milk ");
  expect(ids(store.get().found)).toEqual(["b"]);
  expect(ids(store.get().items)).toEqual(["a"]);
  const { length } = server.calls;
  await store.search("  ");
  expect(store.get().found).toBeNull();
  expect(server.calls).toHaveLength(length);
});

test("a search that was overtaken is dropped, its failure too", async () => {
  const store = await readyWith([]);
  const slow = Promise.withResolvers();
  const failing = Promise.withResolvers();
  server.on("GET /api/conversations", ({ query }) => {
    if (query.q === "m") return slow.promise;
    return query.q === "mi" ? failing.promise : page(some("milk"));
  });
  const first = store.search("m");
  const second = store.search("mi");
  await store.search("milk");
  slow.resolve(page(some("old")));
  failing.resolve(refusal(500, "internal", "Broken."));
  await Promise.all([first, second]);
  expect(ids(store.get().found)).toEqual(["milk"]);
  expect(store.get().problem).toBeNull();
});

test("what a search finds after one has given it up is not shown", async () => {
  const store = await readyWith([]);
  const slow = Promise.withResolvers();
  server.on("GET /api/conversations", () => slow.promise);
  const searching = store.search("m");
  await store.search("");
  slow.resolve(page(some("old")));
  await searching;
  expect(store.get().found).toBeNull();
});

test("a search that fails says why", async () => {
  const store = await readyWith([]);
  server.on("GET /api/conversations", () => refusal(429, "rate_limited", "Too fast."));
  await store.search("m");
  expect(store.get().problem).toBe("Too fast.");
});

test("a search is made again with the list", async () => {
  const store = await readyWith(some("a"));
  server.on("GET /api/conversations", ({ query }) => page(query.q === "milk" ? some("b") : some("a")));
  await store.search("milk");
  server.on("GET /api/conversations", ({ query }) => page(query.q === "milk" ? some("b", "c") : some("a")));
  await store.refresh();
  expect(ids(store.get().found)).toEqual(["b", "c"]);
});

test("more are put below those that are shown, until there are no more", async () => {
  const store = await readyWith(some("a"), "more");
  server.on("GET /api/conversations", ({ query }) => page(query.cursor === "more" ? some("b") : []));
  await store.loadMore();
  expect(ids(store.get().items)).toEqual(["a", "b"]);
  const { length } = server.calls;
  await store.loadMore();
  expect(server.calls).toHaveLength(length);
});

test("more of a list that was read again meanwhile are dropped", async () => {
  const store = await readyWith(some("a"), "more");
  const slow = Promise.withResolvers();
  server.on("GET /api/conversations", ({ query }) => (query.cursor === "more" ? slow.promise : page(some("n", "a"))));
  const loading = store.loadMore();
  await store.refresh();
  slow.resolve(page(some("b")));
  await loading;
  expect(ids(store.get().items)).toEqual(["n", "a"]);
});

test("more that cannot be read leave the list, and one is told why", async () => {
  const store = await readyWith(some("a"), "more");
  server.on("GET /api/conversations", () => refusal(500, "internal", "Broken."));
  await store.loadMore();
  expect(store.get()).toMatchObject({ phase: "ready", problem: "Broken.", nextCursor: "more", items: some("a") });
});

test("after a change the list is read again", async () => {
  const store = await readyWith(some("a", "b"));
  server.on("GET /api/conversations", () => page(some("b")));
  expect(await store.change(async () => {})).toBe(true);
  expect(ids(store.get().items)).toEqual(["b"]);
});

test("a change that fails says so, and why", async () => {
  const store = await readyWith(some("a"));
  expect(await store.change(() => Promise.reject(new TypeError("network")))).toBe(false);
  expect(store.get().problem).toBe("The server cannot be reached. Check your connection and try again.");
  expect(server.calls).toHaveLength(1);
});

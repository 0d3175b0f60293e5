// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { answer, message } from "../_conversation.ts";
import { type FakeServer, fakeServer, refusal } from "../_fake-server.ts";
import { idle, logOf, opened, openedStream, store, wholeStream } from "./_chat.ts";
import { createChatSession } from "./session.ts";

const messagesRoute = "/api/conversations/c/messages";
const streamRoute = "GET /api/conversations/c/stream";
let server: FakeServer;
const idsIn = (session: ReturnType<typeof createChatSession>) => session.store.get().messages.map(({ id }) => id);
const posted = () => server.callsOf(`POST ${messagesRoute}`).map(({ body }) => body);

beforeEach(() => {
  sessionStorage.clear();
  server = fakeServer();
  store(server, []);
});

/** Newest first, as the server gives them. */
const page = (ids: string[], nextCursor: string | null) => ({ items: ids.map((id) => message(id)), nextCursor });

test("earlier messages go above, each once, until there are no more", async () => {
  server.on(`GET ${messagesRoute}`, ({ query }) => {
    if (query.cursor === undefined) return page(["5", "4"], "before-4");
    // A page may overlap with what is there: messages were added between the two questions.
    return query.cursor === "before-4" ? page(["4", "3", "2"], "before-2") : page(["1"], null);
  });
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  await session.loadOlder();
  expect(idsIn(session)).toEqual(["2", "3", "4", "5"]);
  await session.loadOlder();
  expect(idsIn(session)).toEqual(["1", "2", "3", "4", "5"]);
  const { length } = server.calls;
  await session.loadOlder();
  expect(server.calls).toHaveLength(length);
});

test("earlier messages asked for twice at once are there once", async () => {
  server.on(`GET ${messagesRoute}`, ({ query }) =>
    query.cursor === undefined ? page(["3"], "before-3") : page(["2", "1"], null),
  );
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  await Promise.all([session.loadOlder(), session.loadOlder()]);
  expect(idsIn(session)).toEqual(["1", "2", "3"]);
});

test("earlier messages that cannot be read leave the log, and one is told why", async () => {
  server.on(`GET ${messagesRoute}`, () => page(["3"], "before-3"));
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on(`GET ${messagesRoute}`, () => refusal(500, "internal", "Broken."));
  await session.loadOlder();
  expect(session.store.get()).toMatchObject({ problem: "Broken.", olderCursor: "before-3" });
  expect(idsIn(session)).toEqual(["3"]);
});

test("earlier messages stay, and what comes before them too, when the newest are read again", async () => {
  server.on(`GET ${messagesRoute}`, ({ query }) =>
    query.cursor === undefined ? page(["6", "5"], "before-5") : page(["4", "3"], "before-3"),
  );
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  await session.loadOlder();
  server.on(`POST ${messagesRoute}`, () => {
    server.on(`GET ${messagesRoute}`, () => page(["7", "6"], "before-6"));
    return wholeStream("a", "Done.");
  });
  await session.send("go");
  expect(idsIn(session)).toEqual(["3", "4", "5", "6", "7"]);
  expect(session.store.get().olderCursor).toBe("before-3");
});

test("messages that cannot be read say so, and are read at the next try", async () => {
  server.on(`GET ${messagesRoute}`, () => refusal(500, "internal", "Broken."));
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  expect(session.store.get()).toMatchObject({ phase: "failed", problem: "Broken." });
  store(server, [answer("a", "Hello.")]);
  session.activate();
  await expect.poll(() => logOf(session)).toEqual(["a complete: Hello."]);
});

test("a message is still sent when one looks elsewhere, and its answer let go of", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  const accepted = Promise.withResolvers<Response>();
  server.on(`POST ${messagesRoute}`, () => accepted.promise);
  session.setDraft("add milk");
  const sending = session.send("add milk");
  session.deactivate();
  accepted.resolve(openedStream("a", "Add"));
  await sending;
  expect(posted()).toHaveLength(1);
  expect(session.store.get()).toMatchObject({ activity: "idle", problem: null, draft: { text: "" } });
  server.on(streamRoute, () => openedStream("a", "Added"));
  session.activate();
  await expect.poll(() => logOf(session).at(-1)).toBe("a streaming: Added");
});

test("what is typed while a message is on its way is the next draft", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  const accepted = Promise.withResolvers<Response>();
  server.on(`POST ${messagesRoute}`, () => accepted.promise);
  const sending = session.send("add milk");
  session.setDraft("and bread");
  accepted.resolve(wholeStream("a", "Added."));
  await sending;
  expect(session.store.get().draft).toEqual({ text: "and bread", messageId: null });
});

test("a message that was refused comes before what was typed since", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  const refused = Promise.withResolvers<Response>();
  server.on(`POST ${messagesRoute}`, () => refused.promise);
  const sending = session.send("add milk");
  session.setDraft("and bread");
  refused.resolve(refusal(429, "rate_limited", "Too fast."));
  await sending;
  expect(session.store.get()).toMatchObject({
    draft: { text: "add milk\nand bread", messageId: null },
    problem: "Too fast.",
  });
  session.setDraft("add milk and bread");
  expect(session.store.get().problem).toBeNull();
});

test("a reload while a message is on its way brings it back, and it is sent as the same one", async () => {
  const before = await opened(createChatSession({ id: "c", isNew: false }));
  server.on(`POST ${messagesRoute}`, () => new Promise(() => {}));
  void before.send("add milk");
  const after = await opened(createChatSession({ id: "c", isNew: false }));
  expect(after.store.get().draft.text).toBe("add milk");
  server.on(`POST ${messagesRoute}`, () => wholeStream("a", "Added."));
  await after.send("add milk");
  const [first, second] = posted();
  expect(second).toEqual(first);
  expect((await opened(createChatSession({ id: "c", isNew: false }))).store.get().draft.text).toBe("");
});

test("the draft of a new conversation is its own, and goes with it when it is made", async () => {
  const fresh = createChatSession({ id: "c", isNew: true });
  fresh.activate();
  fresh.setDraft("add mi");
  expect(server.calls).toEqual([]);
  const other = createChatSession({ id: "d", isNew: true });
  other.activate();
  expect(other.store.get().draft.text).toBe("add mi");

  server.on("POST /api/conversations", () => null);
  server.on(`POST ${messagesRoute}`, () => new Promise(() => {}));
  void fresh.send("add milk");
  await expect.poll(() => posted()).toHaveLength(1);
  other.activate();
  expect(other.store.get().draft.text).toBe("");
  const reloaded = await opened(createChatSession({ id: "c", isNew: false }));
  expect(reloaded.store.get().draft).toEqual({ text: "add milk", messageId: posted()[0]?.id });
});

test("a conversation that an earlier try made is used", async () => {
  const onCreated = vi.fn();
  const session = createChatSession({ id: "c", isNew: true, onCreated });
  session.activate();
  server.on("POST /api/conversations", () => refusal(409, "conflict", "There is one."));
  server.on(`POST ${messagesRoute}`, () => wholeStream("a", "Added."));
  await session.send("add milk");
  expect(posted()).toHaveLength(1);
  expect(onCreated).toHaveBeenCalledOnce();
});

test("a conversation that cannot be made sends no message, and gives it back", async () => {
  const onCreated = vi.fn();
  const session = createChatSession({ id: "c", isNew: true, onCreated });
  session.activate();
  server.on("POST /api/conversations", () => refusal(429, "rate_limited", "Too fast."));
  await session.send("add milk");
  expect(posted()).toHaveLength(0);
  expect(onCreated).not.toHaveBeenCalled();
  expect(session.store.get()).toMatchObject({ problem: "Too fast.", draft: { text: "add milk" }, phase: "ready" });
});

test("the list is told when a message is accepted, and when its answer ends", async () => {
  const onActivity = vi.fn();
  const session = await opened(createChatSession({ id: "c", isNew: false, onActivity }));
  onActivity.mockClear();
  server.on(`POST ${messagesRoute}`, () => wholeStream("a", "Added."));
  await session.send("add milk");
  await idle(session);
  expect(onActivity).toHaveBeenCalledTimes(2);
});

test("a message to a chat that was deleted meanwhile goes back into the box", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on(`POST ${messagesRoute}`, () => refusal(404, "not_found", "There is no such chat."));
  await session.send("add milk");
  expect(session.store.get()).toMatchObject({
    phase: "ready",
    problem: "There is no such chat.",
    draft: { text: "add milk" },
  });
});

test("an example that is sent instead of a refused message is another message", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on(`POST ${messagesRoute}`, () => refusal(429, "rate_limited", "Too fast."));
  await session.send("add milk");
  await session.send("What's pending?");
  const [first, second] = posted().map(({ id }) => id);
  expect(second).not.toBe(first);
});

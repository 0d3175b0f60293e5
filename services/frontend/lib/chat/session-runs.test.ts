// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { answer, conversation, message, run } from "../_conversation.ts";
import { type FakeServer, fakeServer, refusal } from "../_fake-server.ts";
import { event, liveStream } from "../stream/_fake-stream.ts";
import { chunksOf, logOf, opened, openedStream, store, wholeStream } from "./_chat.ts";
import { createChatSession } from "./session.ts";

const messagesRoute = "/api/conversations/c/messages";
const streamRoute = "GET /api/conversations/c/stream";
let server: FakeServer;

beforeEach(() => {
  sessionStorage.clear();
  server = fakeServer();
  store(server, []);
});

test("an answer that is already being written is followed, and the message goes back into the box", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on(`POST ${messagesRoute}`, () => refusal(409, "run_active", "An answer is being written."));
  server.on(streamRoute, () => openedStream("a", "Someone else's"));
  await session.send("add milk");
  await expect.poll(() => logOf(session)).toEqual(["a streaming: Someone else's"]);
  expect(session.store.get()).toMatchObject({ draft: { text: "add milk" }, activity: "answering" });
});

test("any other refusal follows nothing", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  const { length } = server.callsOf(streamRoute);
  server.on(`POST ${messagesRoute}`, () => refusal(429, "rate_limited", "Too fast."));
  await session.send("add milk");
  await new Promise(setImmediate);
  expect(server.callsOf(streamRoute)).toHaveLength(length);
});

test("when an answer is whole, what is stored stands in its place, once, and stays", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on(`POST ${messagesRoute}`, () => {
    store(server, [message("u"), answer("a", "Added milk, as stored.")]);
    return wholeStream("a", "Added ", "milk");
  });
  await session.send("add milk");
  const stored = ["u complete: ", "a complete: Added milk, as stored."];
  expect(logOf(session)).toEqual(stored);
  // Longer than words wait to be drawn: none of them may come after the end.
  await new Promise((resolve) => setTimeout(resolve, 40));
  expect(logOf(session)).toEqual(stored);
  expect(session.store.get().answer).toBeNull();
});

test("an answer that one has seen grow gives way to the stored one", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  const { response, tell } = liveStream();
  server.on(`POST ${messagesRoute}`, () => response);
  const sending = session.send("add milk");
  tell(...chunksOf("a", "Add").map((chunk, i) => event(i + 1, chunk)));
  await expect.poll(() => logOf(session).at(-1)).toBe("a streaming: Add");
  store(server, [message("u"), answer("b", "As stored.")]);
  tell("data: [DONE]\n\n");
  await sending;
  expect(logOf(session)).toEqual(["u complete: ", "b complete: As stored."]);
});

test("words of the last answer never stand in the next one", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on(`POST ${messagesRoute}`, () => wholeStream("a", "First."));
  await session.send("one");
  server.on(`POST ${messagesRoute}`, () => openedStream("b", "Second."));
  const seen = new Set<string>();
  session.store.subscribe(() => {
    for (const row of logOf(session)) seen.add(row);
  });
  void session.send("two");
  await expect.poll(() => logOf(session).at(-1)).toBe("b streaming: Second.");
  expect([...seen].filter((row) => row.includes("First"))).toEqual([]);
});

test("one sees the message on its way, then the answer as it grows", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  const accepted = Promise.withResolvers<Response>();
  server.on(`POST ${messagesRoute}`, () => accepted.promise);
  void session.send("add milk");
  const { id } = session.store.get().pending ?? { id: "" };
  expect(logOf(session)).toEqual([`${id} sending: add milk`]);
  expect(session.store.get().draft.text).toBe("");
  accepted.resolve(openedStream("a", "Add"));
  await expect.poll(() => logOf(session)).toEqual([`${id} complete: add milk`, "a streaming: Add"]);
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(server.callsOf(`POST ${messagesRoute}`)[0]?.body).toEqual({ id, text: "add milk", timeZone });
});

test("an empty message is not sent, nor a second one while an answer is being written", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on(`POST ${messagesRoute}`, () => openedStream("a", "Add"));
  await session.send("  \n");
  void session.send("add milk");
  await session.send("add bread");
  await expect.poll(() => logOf(session).at(-1)).toBe("a streaming: Add");
  await session.send("add bread");
  expect(server.callsOf(`POST ${messagesRoute}`).map(({ body }) => body.text)).toEqual(["add milk"]);
});

test("a message is sent at once, though one is still looking whether something is being answered", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on(streamRoute, () => new Promise(() => {}));
  session.sync(run("running"));
  server.on(`POST ${messagesRoute}`, () => openedStream("a", "Add"));
  void session.send("add milk");
  await expect.poll(() => logOf(session).at(-1)).toBe("a streaming: Add");
  expect(session.store.get()).toMatchObject({ draft: { text: "" }, activity: "answering" });
});

test("a message that is sent before the chat is there finds it beside its answer", async () => {
  server.on(streamRoute, () => new Promise(() => {}));
  const session = createChatSession({ id: "c", isNew: false });
  session.activate();
  server.on("GET /api/conversations/*/messages", () => ({ items: [answer("b", "Long ago.")], nextCursor: null }));
  server.on(`POST ${messagesRoute}`, () => openedStream("a", "Add"));
  void session.send("add milk");
  const { id } = session.store.get().pending ?? { id: "" };
  const log = ["b complete: Long ago.", `${id} complete: add milk`, "a streaming: Add"];
  await expect.poll(() => logOf(session)).toEqual(log);
  expect(session.store.get().phase).toBe("ready");
});

test("a reload in the middle of an answer shows what was said before it, too", async () => {
  server.on("GET /api/conversations/*/messages", () => ({ items: [message("u")], nextCursor: "older" }));
  server.on(streamRoute, () => openedStream("a", "Add"));
  const session = createChatSession({ id: "c", isNew: false });
  session.activate();
  await expect.poll(() => logOf(session)).toEqual(["u complete: ", "a streaming: Add"]);
  expect(session.store.get()).toMatchObject({ phase: "ready", activity: "answering", olderCursor: "older" });
});

test("stop tells the server which answer, and waits for its end", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on(`POST ${messagesRoute}`, () => openedStream("a", "Add"));
  void session.send("add milk");
  await expect.poll(() => session.store.get().activity).toBe("answering");
  server.on("GET /api/conversations/c", () => conversation({ run: run("running") }));
  server.on("POST /api/runs/r/stop", () => null);
  await session.stop();
  expect(server.changes()).toContain("POST /api/runs/r/stop");
  expect(session.store.get()).toMatchObject({ stopping: true, problem: null });
});

test("stop sends nothing where nothing runs any more", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on("GET /api/conversations/c", () => conversation({ run: run("done") }));
  await session.stop();
  expect(server.changes()).toEqual([]);
});

test("a stop that fails says why, and can be tried again", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on("GET /api/conversations/c", () => refusal(500, "internal", "Broken."));
  await session.stop();
  expect(session.store.get()).toMatchObject({ stopping: false, problem: "Broken." });
});

test("once the answer has ended, nothing is being stopped", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  session.store.set({ stopping: true });
  session.deactivate();
  await opened(session);
  expect(session.store.get().stopping).toBe(false);
});

test.each([
  ["retry", "POST /api/runs/r/retry", {}],
  ["approve", "POST /api/approvals/p", { decision: "approve" }],
  ["reject", "POST /api/approvals/p", { decision: "reject" }],
] as const)("%s is told to the server, and the answer followed", async (what, route, body) => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on(route, () => null);
  server.on(streamRoute, () => openedStream("a", "Go on"));
  await (what === "retry" ? session.retry("r") : session.decide("p", what));
  expect(server.callsOf(route).map((call) => call.body)).toEqual([body]);
  await expect.poll(() => logOf(session)).toEqual(["a streaming: Go on"]);
});

test("a decision that came too late says so, and what is there now is read", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  server.on("POST /api/approvals/p", () => refusal(409, "conflict", "Decided already."));
  store(server, [answer("a", "Done.")]);
  await session.decide("p", "approve");
  expect(session.store.get().problem).toBe("Decided already.");
  await expect.poll(() => logOf(session)).toEqual(["a complete: Done."]);
  server.on("POST /api/approvals/p", () => null);
  await session.decide("p", "approve");
  expect(session.store.get().problem).toBeNull();
});

test("the list tells of answers that others have asked for", async () => {
  store(server, [message("u"), answer("a", "Done.")]);
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  const { length } = server.calls;
  session.sync(null);
  session.sync(run("done"));
  expect(server.calls).toHaveLength(length);
  store(server, [message("u"), answer("a", "Done."), message("u2"), answer("a2", "Too.")]);
  session.sync(run("done", { answerId: "a2" }));
  await expect.poll(() => logOf(session).at(-1)).toBe("a2 complete: Too.");
  server.on(streamRoute, () => openedStream("a3", "Now"));
  session.sync(run("running", { answerId: "a3" }));
  await expect.poll(() => logOf(session).at(-1)).toBe("a3 streaming: Now");
  const { length: following } = server.calls;
  session.sync(run("running", { answerId: "a3" }));
  expect(server.calls).toHaveLength(following);
});

test("where the messages could not be read, the list's news start nothing", async () => {
  server.on(`GET ${messagesRoute}`, () => refusal(500, "internal", "Broken."));
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  const { length } = server.calls;
  session.sync(run("running"));
  expect(server.calls).toHaveLength(length);
});

test("nothing is followed in a conversation that is not shown", async () => {
  const session = await opened(createChatSession({ id: "c", isNew: false }));
  session.deactivate();
  const { length } = server.calls;
  session.sync(run("running"));
  await session.retry("r");
  expect(server.callsOf(streamRoute)).toHaveLength(1);
  expect(server.calls).toHaveLength(length + 1);
});

test("what is shown again is told anew, not twice", async () => {
  const session = createChatSession({ id: "c", isNew: false });
  server.on(streamRoute, () => openedStream("a", "Half"));
  session.activate();
  await expect.poll(() => logOf(session)).toEqual(["a streaming: Half"]);
  session.deactivate();
  session.activate();
  await expect.poll(() => server.callsOf(streamRoute)).toHaveLength(2);
  await expect.poll(() => logOf(session)).toEqual(["a streaming: Half"]);
});

test("an answer is followed once, whatever is pressed meanwhile", async () => {
  const session = createChatSession({ id: "c", isNew: false });
  server.on(streamRoute, () => openedStream("a", "Half"));
  server.on("POST /api/runs/r/retry", () => null);
  session.activate();
  await expect.poll(() => logOf(session)).toEqual(["a streaming: Half"]);
  await session.retry("r");
  session.activate();
  expect(server.callsOf(streamRoute)).toHaveLength(1);
});

test("a burst of words is drawn once", async () => {
  const session = createChatSession({ id: "c", isNew: false });
  const words = Array.from({ length: 50 }, (_, i) => `${i} `);
  const drawn = vi.fn();
  const burst = chunksOf("a", ...words).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`);
  server.on(streamRoute, () => new Response(`${burst.join("")}data: [DONE]\n\n`));
  const answers = new Set<unknown>();
  session.store.subscribe(() => {
    const { answer: now } = session.store.get();
    if (now !== null && !answers.has(now)) drawn();
    answers.add(now);
  });
  await opened(session);
  expect(drawn.mock.calls.length).toBeLessThan(5);
});

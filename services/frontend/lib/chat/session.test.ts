import type { Message } from "@todo/contract";
import type { Chunk } from "@todo/contract/message";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { event, eventStream } from "../stream/_fake-stream.ts";
import { createChatSession } from "./session.ts";

const id = "11111111-1111-4111-8111-111111111111";
const answer: Chunk[] = [
  { type: "start", messageId: "a" },
  { type: "text-start", id: "t" },
  { type: "text-delta", id: "t", delta: "Added." },
  { type: "text-end", id: "t" },
];
const told = [...answer.map((chunk, i) => event(i + 1, chunk)), "data: [DONE]\n\n"];

type Call = { method: string; path: string; body: { id?: string; text?: string } };
let calls: Call[] = [];
let respond: (call: Call) => Response | Error;

function page(...items: Partial<Message>[]): Response {
  return Response.json({ items, nextCursor: null });
}

const nothingRuns = () => new Response(null, { status: 204 });
const posts = () => calls.filter((call) => call.method === "POST" && call.path.endsWith("/messages"));

beforeEach(() => {
  calls = [];
  const kept = new Map<string, string>();
  vi.stubGlobal("sessionStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("fetch", async (path: string, init: RequestInit = {}) => {
    const call = { method: init.method ?? "GET", path, body: JSON.parse(String(init.body ?? "{}") || "{}") };
    calls.push(call);
    const response = respond(call);
    if (response instanceof Error) throw response;
    return response;
  });
});
afterEach(() => vi.unstubAllGlobals());

test("a message that did not get through is sent again under the same id", async () => {
  let tries = 0;
  respond = ({ method, path }) => {
    if (path.endsWith("/stream")) return nothingRuns();
    if (method === "GET") return page({ id: "a", role: "assistant", parts: [], status: "complete" });
    tries += 1;
    return tries < 3 ? new TypeError("network") : eventStream([...told]);
  };
  const session = createChatSession({ id, isNew: false });
  session.activate();
  await vi.waitFor(() => expect(session.store.get().phase).toBe("ready"));
  await session.send("add milk");
  expect(posts()).toHaveLength(3);
  expect(new Set(posts().map((call) => call.body.id)).size).toBe(1);
  expect(session.store.get()).toMatchObject({ activity: "idle", pending: null, answer: null, draft: { text: "" } });
});

test("a refused message goes back into the box, and keeps its id until it is edited", async () => {
  const refusal = { error: { code: "rate_limited", message: "Too fast.", requestId: "r" } };
  respond = ({ method, path }) => {
    if (path.endsWith("/stream")) return nothingRuns();
    return method === "GET" ? page() : Response.json(refusal, { status: 429 });
  };
  const session = createChatSession({ id, isNew: false });
  session.activate();
  await vi.waitFor(() => expect(session.store.get().phase).toBe("ready"));
  await session.send("add milk");
  expect(session.store.get()).toMatchObject({ problem: "Too fast.", pending: null, draft: { text: "add milk" } });
  await session.send("add milk");
  session.setDraft("add milk and bread");
  await session.send("add milk and bread");
  const [first, second, third] = posts().map((call) => call.body.id);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});

test("the first message makes the conversation, once", async () => {
  let streams = 0;
  respond = ({ method, path }) => {
    if (path === "/api/conversations") return Response.json({ id }, { status: 201 });
    if (method === "GET") return page({ id: "a", role: "assistant", parts: [], status: "complete" });
    streams += 1;
    return streams === 1 ? new TypeError("network") : eventStream([...told]);
  };
  const onCreated = vi.fn();
  const session = createChatSession({ id, isNew: true, onCreated });
  session.activate();
  await session.send("add milk");
  expect(calls.filter((call) => call.path === "/api/conversations")).toHaveLength(1);
  expect(onCreated).toHaveBeenCalledOnce();
  expect(session.store.get().messages.map((message) => message.id)).toEqual(["a"]);
});

test("an answer in the making is followed when the page opens", async () => {
  respond = ({ path }) => (path.endsWith("/stream") ? eventStream(told.slice(0, 3), "silence") : page());
  const session = createChatSession({ id, isNew: false });
  session.activate();
  await vi.waitFor(() => expect(session.store.get().answer?.parts).toHaveLength(1));
  expect(session.store.get()).toMatchObject({ activity: "answering", answer: { id: "a" } });
  session.deactivate();
  await vi.waitFor(() => expect(session.store.get().activity).toBe("idle"));
});

test("stop before the server has the message gives the text back", async () => {
  respond = ({ method, path }) => {
    if (path.endsWith("/stream")) return nothingRuns();
    return method === "GET" ? page() : new TypeError("network");
  };
  const session = createChatSession({ id, isNew: false });
  session.activate();
  await vi.waitFor(() => expect(session.store.get().phase).toBe("ready"));
  const sending = session.send("add milk");
  await vi.waitFor(() => expect(session.store.get().reconnecting).toBe(true));
  await session.stop();
  await sending;
  expect(session.store.get()).toMatchObject({ activity: "idle", problem: null, draft: { text: "add milk" } });
});

test("a conversation that does not exist is said to be missing", async () => {
  respond = () => Response.json({ error: { code: "not_found", message: "No.", requestId: "r" } }, { status: 404 });
  const session = createChatSession({ id, isNew: false });
  session.activate();
  await vi.waitFor(() => expect(session.store.get().phase).toBe("missing"));
});

import type { Message } from "@todo/contract";
import type { Chunk } from "@todo/contract/message";
import { expect } from "vitest";
import type { FakeServer } from "../_fake-server.ts";
import { event, eventStream } from "../stream/_fake-stream.ts";
import type { ChatSession } from "./session.ts";
import { rowsOf } from "./state.ts";

/** Test helper: what the log shows, a row a line, as `id status: words`. */
export function logOf(session: ChatSession): string[] {
  return rowsOf(session.store.get()).map(({ id, status, parts }) => {
    const words = parts.map((part) => (part.type === "text" ? part.text : part.type));
    return `${id} ${status}: ${words.join(" ")}`;
  });
}

/** Test helper: the chunks of an answer in words. */
export function chunksOf(id: string, ...words: string[]): Chunk[] {
  return [
    { type: "start", messageId: id },
    { type: "text-start", id: "t" },
    ...words.map((delta): Chunk => ({ type: "text-delta", id: "t", delta })),
    { type: "text-end", id: "t" },
  ];
}

/** Test helper: the stream of an answer to its end. */
export function wholeStream(id: string, ...words: string[]): Response {
  return eventStream([...chunksOf(id, ...words).map((chunk, i) => event(i + 1, chunk)), "data: [DONE]\n\n"]);
}

/** Test helper: the stream of an answer that goes on. */
export function openedStream(id: string, ...words: string[]): Response {
  return eventStream(
    chunksOf(id, ...words)
      .slice(0, -1)
      .map((chunk, i) => event(i + 1, chunk)),
    "silence",
  );
}

/** Test helper: the stored messages of the conversation, told oldest first, and that nothing is being answered. */
export function store(server: FakeServer, messages: Message[], nextCursor: string | null = null): void {
  server.on("GET /api/conversations/*/messages", () => ({ items: messages.toReversed(), nextCursor }));
  server.on("GET /api/conversations/*/stream", () => new Response(null, { status: 204 }));
}

/** Test helper: opens a conversation as the page does, and waits until its messages are there. */
export async function opened(session: ChatSession): Promise<ChatSession> {
  session.activate();
  await idle(session);
  return session;
}

/** Test helper: waits until nothing goes on. */
export async function idle(session: ChatSession): Promise<void> {
  const restsIn = () => session.store.get().activity === "idle" && session.store.get().phase !== "loading";
  await expect.poll(restsIn, { interval: 5 }).toBe(true);
}

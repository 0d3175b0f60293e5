import { setTimeout as sleep } from "node:timers/promises";
import { type AnswerState, type Chunk, emptyAnswer, foldChunk, type MessagePart } from "@todo/contract";
import { EventSourceParserStream } from "eventsource-parser/stream";
import type { Session } from "../../../../test/support/accounts.ts";

export type Sent = { conversationId: string; messageId: string; text: string };

/** What a reader has of an answer in the end, over as many connections as it took. */
export type Read = {
  parts: MessagePart[];
  /** Whether it was told the end. */
  done: boolean;
  connections: number;
  /** Set when a backend refused for good. */
  refused?: string;
};

export type ReadOptions = {
  /** Where the backends are, the one to begin with first; a broken connection leads to the next. */
  urls: readonly string[];
  /** Called with each chunk, for who waits for a moment of the answer. */
  onChunk?: (chunk: Chunk) => void;
  deadlineMs?: number;
};

/**
 * Sends a message and reads its answer to the end as the browser does: the same message again as long as no backend has
 * told anything, after that from the last event that was read.
 */
export async function sendAndRead(session: Session, sent: Sent, options: ReadOptions): Promise<Read> {
  const { urls, onChunk, deadlineMs = 60_000 } = options;
  const signal = AbortSignal.timeout(deadlineMs);
  const at: { state: AnswerState; lastId: string | undefined } = { state: emptyAnswer(""), lastId: undefined };
  let connections = 0;
  const result = (done: boolean): Read => ({ parts: at.state.parts, done, connections });
  while (!signal.aborted) {
    const url = urls[connections % urls.length] ?? "";
    connections += 1;
    try {
      const response = await connect(url, session, sent, at.lastId, signal);
      if (response.status === 204) return result(false);
      const mayPass = response.status === 429 || response.status >= 500;
      if (!response.ok && !mayPass) return { ...result(false), refused: `${response.status} ${await response.text()}` };
      if (response.ok) {
        for await (const event of events(response)) {
          if (event.event === "reconnect") break;
          if (event.data === "[DONE]") return result(true);
          const chunk = JSON.parse(event.data) as Chunk;
          at.state = foldChunk(at.state, chunk);
          at.lastId = event.id;
          onChunk?.(chunk);
        }
      }
    } catch (error) {
      if (!signal.aborted && !(error instanceof TypeError)) throw error;
    }
    await sleep(150);
  }
  return result(false);
}

function connect(url: string, { cookie }: Session, sent: Sent, lastId: string | undefined, signal: AbortSignal) {
  const path = `${url}/api/conversations/${sent.conversationId}`;
  if (lastId !== undefined) return fetch(`${path}/stream`, { headers: { cookie, "last-event-id": lastId }, signal });
  const body = JSON.stringify({ id: sent.messageId, text: sent.text, timeZone: "Europe/Berlin" });
  const headers = { cookie, "content-type": "application/json" };
  return fetch(`${path}/messages`, { method: "POST", headers, body, signal });
}

function events(response: Response) {
  if (!response.body) throw new TypeError("a stream without a body");
  return response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
}

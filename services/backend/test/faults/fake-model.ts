import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What the tests ask for; the model reads it from the message. */
export type Ask = { token: string; number: number };

/** The message that has the model add two tasks and complete one. */
export function askFor({ token, number }: Ask): string {
  return `Please work on ${token} and finish #${number}.`;
}

/** What the model says in each of its turns, and the tasks it adds: decided by the message alone. */
export function scriptFor({ token, number }: Ask): { texts: [string, string]; titles: [string, string] } {
  return {
    texts: [
      `Gut, ich lege zwei Aufgaben für ${token} an – “erste” und “zweite” 🗒️ – and complete #${number} for you, one moment.`,
      `Fertig ✅: both tasks of ${token} are on the list and #${number} is done. 你好, that was all there was to do.`,
    ],
    titles: [`${token} first`, `${token} second`],
  };
}

export type FakeModel = { url: string; requests: () => number; close: () => Promise<void> };

const DELTAS = 10;

/**
 * A server that speaks Chat Completions on loopback: the first turn says something and calls two tools, the second says
 * how it went. Call ids are new in every answer, as with a real model: what is asked twice comes back different, so
 * that an effect can be had once only if the first answer was kept.
 */
export async function startFakeModel(options: { deltaMs?: number } = {}): Promise<FakeModel> {
  const { deltaMs = 20 } = options;
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    // A backend that was killed in the middle is what this is for.
    answer(request, response, deltaMs).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type ChatMessage = { role: string; content?: string | { type: string; text?: string }[] | null };

async function answer(request: IncomingMessage, response: ServerResponse, deltaMs: number): Promise<void> {
  let body = "";
  for await (const piece of request.setEncoding("utf8")) body += piece;
  const { messages } = JSON.parse(body) as { messages: ChatMessage[] };
  const ask = readAsk(messages);
  const script = scriptFor(ask);
  const second = messages.some((message) => message.role === "tool");
  response.writeHead(200, { "content-type": "text/event-stream" });
  const id = `chatcmpl-${randomUUID()}`;
  const send = (delta: object, finish: string | null = null) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const chunk = { id, object: "chat.completion.chunk", created: 0, model: "fake", choices };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  send({ role: "assistant", content: "" });
  for (const content of inPieces(script.texts[second ? 1 : 0])) {
    await sleep(deltaMs);
    send({ content });
  }
  if (!second) {
    const tasks = script.titles.map((title) => ({ title, notes: null, priority: null, tags: null, due: null }));
    send({ tool_calls: [toolCall(0, "add_tasks", { tasks }), toolCall(1, "complete_tasks", { tasks: [ask.number] })] });
  }
  send({}, second ? "stop" : "tool_calls");
  response.end("data: [DONE]\n\n");
}

function toolCall(index: number, name: string, input: object) {
  const id = `call_${randomUUID().replaceAll("-", "")}`;
  return { index, id, type: "function", function: { name, arguments: JSON.stringify(input) } };
}

function readAsk(messages: readonly ChatMessage[]): Ask {
  for (const { role, content } of messages.toReversed()) {
    if (role !== "user") continue;
    const text = typeof content === "string" ? content : (content ?? []).map((part) => part.text ?? "").join("");
    const found = /work on (\S+) and finish #(\d+)/.exec(text);
    if (found?.[1]) return { token: found[1], number: Number(found[2]) };
  }
  throw new Error("the model was asked for nothing that it knows");
}

function inPieces(text: string): string[] {
  const characters = [...text];
  const size = Math.ceil(characters.length / DELTAS);
  return Array.from({ length: DELTAS }, (_, i) => characters.slice(i * size, (i + 1) * size).join("")).filter(Boolean);
}

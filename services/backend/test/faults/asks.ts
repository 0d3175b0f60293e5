import { list, object } from "../../../../test/support/fake-openai/check-request.ts";
import {
  type FakeOpenAi,
  type FakeRequest,
  startFakeOpenAi,
} from "../../../../test/support/fake-openai/start-fake-openai.ts";
import { addTasks } from "../../../../test/support/fake-openai/tool-arguments.ts";
import type { Piece, Turn } from "../../../../test/support/fake-openai/turn.ts";

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

const DELTAS = 10;

/**
 * A model whose first turn says something and calls two tools, and whose second says how it went. Call ids are new in
 * every answer, as with a real model: what is asked twice comes back different, so that an effect can be had once only if
 * the first answer was kept. Each answer comes in ten pieces, `deltaMs` apart.
 */
export function startModel({ deltaMs = 20 } = {}): Promise<FakeOpenAi> {
  return startFakeOpenAi({ respond: (request) => turnFor(request, deltaMs), keepRequests: false });
}

function turnFor({ body }: FakeRequest, deltaMs: number): Turn {
  const messages = list(body["messages"]);
  const ask = readAsk(messages);
  const { texts, titles } = scriptFor(ask);
  if (messages.some(({ role }) => role === "tool")) return { say: slowly(texts[1], deltaMs) };
  const complete = { name: "complete_tasks", args: { tasks: [ask.number] } };
  return { say: slowly(texts[0], deltaMs), calls: [addTasks(...titles), complete] };
}

function readAsk(messages: ReturnType<typeof list>): Ask {
  for (const { role, content } of messages.toReversed()) {
    if (role !== "user") continue;
    const text =
      typeof content === "string"
        ? content
        : list(content)
            .map((part) => object(part)["text"])
            .join("");
    const found = /work on (\S+) and finish #(\d+)/.exec(text);
    if (found?.[1]) return { token: found[1], number: Number(found[2]) };
  }
  throw new Error("the model was asked for nothing that it knows");
}

function slowly(text: string, deltaMs: number): Piece[] {
  const characters = [...text];
  const size = Math.ceil(characters.length / DELTAS);
  const pieces = Array.from({ length: DELTAS }, (_, i) => characters.slice(i * size, (i + 1) * size).join(""));
  return pieces.flatMap((piece) => (piece === "" ? [] : [deltaMs, piece]));
}

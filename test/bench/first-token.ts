import { randomUUID } from "node:crypto";
import path from "node:path";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { ROOT } from "../../scripts/local/paths.mjs";
import { signUp } from "../support/accounts.ts";
import { type Row, row } from "../support/figures.ts";
import { percentile } from "../support/percentile.ts";
import { type Database, startProcess } from "./backend.ts";

const MESSAGES = 400;
const USERS = 8;
const WARM_UP = 40;

/**
 * What lies between sending a message and the answer's first word when the model takes no time: the session, the
 * message's commit, the runner and the log. Each message is paired with a bare stream of the same words by the same
 * server, which stores nothing, and only the difference counts: HTTP and the client are no work of ours.
 */
export async function measureFirstToken(database: Database): Promise<Row[]> {
  const script = path.join(ROOT, "services/backend/test/scripted-backend.ts");
  const backend = await startProcess([script], { DATABASE_URL: database.url });
  const users = [];
  for (let i = 0; i < USERS; i++) {
    const { cookie } = await signUp(backend.url);
    users.push({ cookie, conversationId: await conversation(backend.url, cookie) });
  }
  const added: number[] = [];
  const twin: number[] = [];
  for (let i = 0; i < MESSAGES + WARM_UP; i++) {
    const user = users[i % USERS];
    if (!user) continue;
    const path = `/api/conversations/${user.conversationId}/messages`;
    const measured = await firstWord(`${backend.url}${path}`, user.cookie);
    const plain = await firstWord(`${backend.url}/twin`, user.cookie);
    if (i < WARM_UP) continue;
    added.push(measured - plain);
    twin.push(plain);
  }
  await backend.stop();
  const line = (share: number, limit: number) =>
    row(
      `first word: what we add to a bare stream, p${share * 100}`,
      { value: percentile(added, share), unit: "ms", digits: 1 },
      { at: "most", limit },
      { name: "bare stream", value: percentile(twin, share) },
    );
  return [line(0.5, 6), line(0.99, 25)];
}

async function conversation(url: string, cookie: string): Promise<string> {
  const headers = { cookie, "content-type": "application/json" };
  const response = await fetch(`${url}/api/conversations`, { method: "POST", headers, body: "{}" });
  const { id } = (await response.json()) as { id: string };
  return id;
}

/** Milliseconds until the first piece of text; the rest is read, too, so that the run ends. */
async function firstWord(url: string, cookie: string): Promise<number> {
  const body = JSON.stringify({ id: randomUUID(), text: "Say something", timeZone: "Europe/Berlin" });
  const began = performance.now();
  const response = await fetch(url, {
    method: "POST",
    headers: { cookie, "content-type": "application/json" },
    body,
  });
  if (!response.ok || !response.body) throw new Error(`the message was answered ${response.status}`);
  let first: number | undefined;
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const event of events) {
    if (event.data.includes("text-delta")) first ??= performance.now() - began;
  }
  if (first === undefined) throw new Error("an answer without a word");
  return first;
}

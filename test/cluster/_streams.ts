import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Chunk, emptyAnswer, foldChunk, textOf } from "@todo/contract";
import { type EventSourceMessage, EventSourceParserStream } from "eventsource-parser/stream";
import { PAGE } from "./_cluster.ts";
import type { Person } from "./_requests.ts";

/** What one reader of streams met with: every stream that it opened, and each time that it could not. */
export type Reading = { opened: number; heard: number; problems: string[] };

/** How long a browser waits after a stream has ended, as the backend tells it. */
const RETRY_MS = 200;
const CONNECT_MS = 10_000;

/** Listens to somebody's changes as the page does, opening the stream again whenever it ends. `heard` counts changes. */
export async function keepListening(person: Person, signal: AbortSignal): Promise<Reading> {
  const reading: Reading = { opened: 0, heard: 0, problems: [] };
  while (!signal.aborted) {
    const response = await open(reading, signal, () => fetch(`${PAGE}/api/events`, streamOptions(person, signal)));
    for await (const event of eventsOf(response, signal)) {
      if (event.event === "change") reading.heard += 1;
    }
    await sleep(RETRY_MS);
  }
  return reading;
}

/**
 * Sends one message after the other and reads each answer to its end as the page does, over as many streams as it takes,
 * each from where the last one ended. `heard` counts whole answers; one with other words than `expected` is a problem.
 */
export async function keepAsking(person: Person, expected: string, signal: AbortSignal): Promise<Reading> {
  const reading: Reading = { opened: 0, heard: 0, problems: [] };
  while (!signal.aborted) {
    const text = await readAnswer(person, reading);
    if (text === expected) reading.heard += 1;
    else reading.problems.push(`the answer was: ${text}`);
  }
  return reading;
}

/** The most that one answer may take, kills included. */
const ANSWER_MS = 60_000;

async function readAnswer(person: Person, reading: Reading): Promise<string> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const path = `${PAGE}/api/conversations/${person.conversationId}`;
  const body = JSON.stringify({ id: randomUUID(), text: "Tell me something", timeZone: "Europe/Berlin" });
  let state = emptyAnswer("");
  let lastId: string | undefined;
  while (!signal.aborted) {
    const cursor = lastId;
    const response = await open(reading, signal, () =>
      cursor === undefined
        ? fetch(`${path}/messages`, { ...streamOptions(person, signal), method: "POST", body })
        : fetch(`${path}/stream`, streamOptions(person, signal, cursor)),
    );
    // The run had ended when we came back, and nothing was left to tell.
    if (response?.status === 204) return textOf(state.parts);
    for await (const event of eventsOf(response, signal)) {
      if (event.event === "reconnect") break;
      if (event.data === "[DONE]") return textOf(state.parts);
      state = foldChunk(state, JSON.parse(event.data) as Chunk);
      lastId = event.id;
    }
  }
  return `${textOf(state.parts)} (and no end within ${ANSWER_MS / 1_000} s)`;
}

function streamOptions({ cookie }: Person, signal: AbortSignal, cursor?: string): RequestInit {
  const after = cursor === undefined ? undefined : { "last-event-id": cursor };
  return { headers: { cookie, origin: PAGE, "content-type": "application/json", ...after }, signal };
}

/** Opens a stream; undefined, and a problem noted, when that failed. */
async function open(
  reading: Reading,
  signal: AbortSignal,
  connect: () => Promise<Response>,
): Promise<Response | undefined> {
  const began = performance.now();
  try {
    const response = await connect();
    const ms = performance.now() - began;
    if (!response.ok) throw new Error(`${response.status} ${(await response.text()).slice(0, 200)}`);
    if (ms > CONNECT_MS) throw new Error(`answered after ${Math.round(ms)} ms`);
    reading.opened += 1;
    return response;
  } catch (error) {
    if (!signal.aborted) reading.problems.push(`a stream could not be opened: ${String(error)}`);
    await sleep(RETRY_MS);
    return undefined;
  }
}

/** The events until the stream ends or breaks; what is read next begins where this one came to. */
async function* eventsOf(response: Response | undefined, signal: AbortSignal): AsyncGenerator<EventSourceMessage> {
  if (!response?.body) return;
  try {
    yield* response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  } catch (error) {
    if (!signal.aborted && !(error instanceof TypeError)) throw error;
  }
}

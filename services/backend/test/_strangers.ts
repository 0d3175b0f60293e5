import { randomUUID } from "node:crypto";
import { functionCall } from "@openai/agents/testing";
import { z } from "zod";
import { operations } from "../src/operations/index.ts";
import { answering, says } from "./_answering.ts";
import { type Person, sql, type TestServer } from "./_harness.ts";
import { exampleBody, nameOf, type Operation, type Schema } from "./_openapi.ts";
import { namedBy, type Place, placesOfIds } from "./_places-of-ids.ts";
import { makeProgram, type Program } from "./_program.ts";
import { type Belongings, tellStory } from "./_two-people.ts";

/** Somebody whose things are asked for, with the word that stands in all of them. */
export type Owner = { person: Person; belongings: Belongings; mark: string };

/** Who asks, by session, token, MCP and chat. `hasNothing`: no task and no change of their own. */
export type Stranger = { person: Person; program: Program; conversation: string; hasNothing: boolean };

/** One place where an id goes, and how to ask with it there: what comes back, all but the id and the request's own number. */
export type Question = { name: string; names: Place["names"]; ask: (values: unknown[]) => Promise<string[]> };

/** What owners have, by the way in which it is named. */
export type Named = Record<Place["names"], unknown[]>;

/** A model that makes the calls that it is told as JSON, and otherwise does as `storyModel`. */
export const obedientModel = answering((asked) => {
  if (!asked.said.startsWith("call ")) return tellStory(asked);
  if (asked.turn > 0) return says("Well.");
  const calls = JSON.parse(asked.said.slice(5)) as { name: string; input: Record<string, unknown> }[];
  return calls.map(({ name, input }, i) => functionCall(name, input, { callId: `${i}` }));
});

export async function strangerOf(person: Person, hasNothing: boolean): Promise<Stranger> {
  return { person, program: await makeProgram(person), conversation: await person.conversation(), hasNothing };
}

/** Everything of these people that can be named. */
export async function namedOf({ databaseUrl }: TestServer, owners: readonly Owner[]): Promise<Named> {
  const ids = owners.flatMap(({ belongings: { ids, messageIds } }) => [...Object.values(ids).flat(), ...messageIds]);
  const users = owners.map(({ person }) => person.userId);
  const events = await sql<{ id: number; callId: string }>(
    databaseUrl,
    `select id, "callId" from "taskEvents" where "userId" = any($1)`,
    [users],
  );
  const words = new Set([
    ...events.map(({ callId }) => callId),
    ...users,
    ...owners.map(({ belongings }) => belongings.token),
  ]);
  const numbers = [...events.map(({ id }) => id), 1, 2, 3, 4, 5, 6];
  return { id: [...ids, ...ids.map((id) => id.toUpperCase())], number: numbers, word: [...words] };
}

/** Ids that a client makes before it sends what they name. One that is taken can't be used again, whoever has it. */
const MADE_BY_CLIENTS = new Set(["POST /api/conversations id"]);

/** Every place where this person can name something, on every face. */
export function questionsOf(described: readonly Operation[], who: Stranger): Question[] {
  const rest = described.flatMap((operation) => restQuestions(operation, who));
  const tools = operations.flatMap(({ name, input }) =>
    placesOfIds(z.toJSONSchema(input, { io: "input" }) as Schema).flatMap((place) => toolQuestions(name, place, who)),
  );
  return [...rest, ...tools].filter(({ names }) => names === "id" || who.hasNothing);
}

function restQuestions(operation: Operation, { person, program }: Stranger): Question[] {
  const { method, path } = operation;
  const askers = [
    { by: "session", request: (at: string, body?: unknown) => person.request(method, at, body) },
    ...(operation.name === undefined
      ? []
      : [{ by: "token", request: (at: string, body?: unknown) => program.request(method, at, body) }]),
  ];
  return askers.flatMap(({ by, request }): Question[] => {
    const one = (place: string, names: Place["names"], ask: (value: unknown) => Promise<Response>) => ({
      name: `${nameOf(operation)} ${place} by ${by}`,
      names,
      ask: (values: unknown[]) => inPortions(values, async (value) => told(await ask(value), value)),
    });
    if (path.includes("{")) {
      const body = exampleBody(operation);
      return [one("path", "id", (value) => request(path.replace(/\{\w+\}/, inPath(value)), body))];
    }
    const query = operation.parameters.flatMap(({ name, schema }) => {
      const names = namedBy(schema, name);
      return names ? [one(name, names, (v) => request(`${path}?${name}=${inPath(v)}`))] : [];
    });
    const bodies = placesOfIds(operation.body ?? {}).map((place) =>
      one(place.path, place.names, (value) => request(path, place.fill(value))),
    );
    return [...query, ...bodies].filter(({ name }) => !MADE_BY_CLIENTS.has(name.replace(/ by \w+$/, "")));
  });
}

function toolQuestions(name: string, { path, names, fill }: Place, { person, program, conversation }: Stranger) {
  const mcp = async (value: unknown) => {
    const params = { name, arguments: fill(value) };
    const message = { jsonrpc: "2.0", id: "call", method: "tools/call", params };
    return told(await program.request("POST", "/mcp", message, { accept: ACCEPT }), value);
  };
  const chat = async (values: unknown[]) => {
    const answers: string[] = [];
    // Of a turn that wants to delete more, each call would wait for an approval.
    for (let i = 0; i < values.length; i += CALLS) {
      const some = values.slice(i, i + CALLS);
      const calls = some.map((value) => ({ name, input: fill(value) }));
      const { chunks } = await person.say(conversation, `call ${JSON.stringify(calls)}`);
      for (const [n, value] of some.entries()) {
        const done = chunks.find((chunk) => chunk.type === "tool-output-available" && chunk.toolCallId === `${n}`);
        answers.push(without(sorted(done && "output" in done ? done.output : chunks), value));
      }
    }
    return answers;
  };
  return [
    { name: `MCP ${name} ${path}`, names, ask: (values: unknown[]) => inPortions(values, mcp) },
    { name: `chat ${name} ${path}`, names, ask: chat },
  ];
}

const ACCEPT = "application/json, text/event-stream";
const CALLS = 4;
/** Headers that differ from answer to answer. */
const OWN = new Set(["date", "x-request-id", "content-length"]);

/** An answer as text: its status, its headers and its body. */
async function told(response: Response, value: unknown): Promise<string> {
  const headers = [...response.headers].filter(([name]) => !OWN.has(name));
  const body = (await response.text()).replace(/"requestId":"[^"]*"/, "");
  return `${response.status} ${JSON.stringify(headers)} ${without(body, value)}`;
}

/** As JSON, whether it comes as it was made or from the log, where PostgreSQL has put its keys in an order of its own. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, each) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

/** The text without what was asked with. */
function without(text: string, value: unknown): string {
  if (typeof value === "number") return text.replace(new RegExp(`(?<=[[,:#])${value}(?=[\\],}])`, "g"), "…");
  if (typeof value !== "string" || value === "") return text;
  return text.replaceAll(value, "…").replaceAll(value.toLowerCase(), "…");
}

/** A few at once: more would wait for the database so long, on a machine that is busy, that they are answered 503. */
async function inPortions(values: unknown[], ask: (value: unknown) => Promise<string>): Promise<string[]> {
  const answers: string[] = [];
  for (let i = 0; i < values.length; i += CALLS) {
    answers.push(...(await Promise.all(values.slice(i, i + CALLS).map(ask))));
  }
  return answers;
}

function inPath(value: unknown): string {
  return encodeURIComponent(String(value).toWellFormed());
}

/** Something that nobody has. */
export function absent(names: Place["names"]): unknown {
  if (names === "number") return 2_000_000_000;
  return names === "id" ? randomUUID() : `unknown-${randomUUID()}`;
}

import { randomBytes, randomUUID } from "node:crypto";
import type { Model } from "@openai/agents";
import { type Chunk, type Conversation, emptyAnswer, foldChunk, type MessagePart, type Task } from "@todo/contract";
import { EventSourceParserStream } from "eventsource-parser/stream";
import pg from "pg";
import { pino } from "pino";
import { inject, onTestFinished } from "vitest";
import { signUp as makeAccount } from "../../../test/support/accounts.ts";
import { type AssistantModel, createModel } from "../src/agent/model.ts";
import { migrateToLatest } from "../src/db/migrate.ts";
import type { Overrides } from "../src/deps.ts";
import { readEnv } from "../src/env.ts";
import { type RunningServer, startServer } from "../src/server.ts";

declare module "vitest" {
  interface ProvidedContext {
    databaseUrl: string;
    /** The superuser of the same server. */
    superuserUrl: string;
  }
}

export const ZONE = "Europe/Berlin";
export const SECRET = "a secret of the tests, long enough for the rule";

/** An empty database of its own, with the newest schema unless told otherwise. Gone when the test (file) ends. */
export async function createTestDatabase(options: { migrate?: boolean } = {}): Promise<string> {
  const admin = inject("databaseUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await sql(admin, `create database ${name}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  if (options.migrate !== false) await migrateToLatest(url.href);
  return url.href;
}

/** Runs one statement as the role that owns the tables: what no policy hides. */
export async function sql<Row extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** What answers without a language model. */
const rules = createModel({ apiKey: undefined, baseUrl: undefined, name: "" });

/** The given model, for `overrides`. */
export function asAssistant(model: Model, options: Partial<AssistantModel> = {}): AssistantModel {
  return { name: "scripted", load: async () => model, costs: false, silenceMs: 5_000, tracing: false, ...options };
}

export type TestServer = RunningServer & { url: string; databaseUrl: string };

/** A whole backend in this process, on a free port, ended with the test (file). */
export async function startTestServer(
  options: Omit<Overrides, "model"> & {
    databaseUrl?: string;
    model?: Model;
    assistant?: AssistantModel;
    /** More variables of its environment. */
    settings?: NodeJS.ProcessEnv;
    /** Another build of the server. */
    start?: typeof startServer;
  } = {},
): Promise<TestServer> {
  const { databaseUrl = await createTestDatabase(), model, assistant, settings, ...more } = options;
  const { start = startServer, ...overrides } = more;
  const env = readEnv({
    DATABASE_URL: databaseUrl,
    BETTER_AUTH_SECRET: SECRET,
    HOST: "127.0.0.1",
    ...settings,
  });
  const log = pino({ level: process.env["TEST_LOG"] ?? "silent" });
  const server = await start({ ...env, PORT: 0 }, new URL("file:///nowhere/"), {
    log,
    model: assistant ?? (model ? asAssistant(model) : rules),
    maxConnections: 10,
    ...overrides,
  });
  return { ...server, url: `http://127.0.0.1:${server.port}`, databaseUrl };
}

/** Closes the server when the current test ends. */
export function closeAfterTest(server: RunningServer): void {
  onTestFinished(server.close);
}

export type Answer = { chunks: Chunk[]; ids: string[]; done: boolean; reconnect: boolean; parts: MessagePart[] };

/** A signed-in person. */
export class Person {
  readonly server: { url: string };
  readonly cookie: string;
  readonly userId: string;
  readonly email: string;

  constructor(server: { url: string }, session: { cookie: string; userId: string; email: string }) {
    this.server = server;
    this.cookie = session.cookie;
    this.userId = session.userId;
    this.email = session.email;
  }

  /** The same session on another replica. */
  on(server: { url: string }): Person {
    return new Person(server, this);
  }

  request(method: string, path: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
    return fetch(this.server.url + path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...init,
      headers: {
        cookie: this.cookie,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...init.headers,
      },
    });
  }

  /** The body of an answer that must be a success. */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await this.request(method, path, body);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<T>;
  }

  async tasks(query = ""): Promise<Task[]> {
    return (await this.json<{ items: Task[] }>("GET", `/api/tasks?limit=100&${query}`)).items;
  }

  async conversation(): Promise<string> {
    return (await this.json<Conversation>("POST", "/api/conversations", {})).id;
  }

  send(conversationId: string, text: string, id: string = randomUUID(), init: RequestInit = {}): Promise<Response> {
    return this.request("POST", `/api/conversations/${conversationId}/messages`, { id, text, timeZone: ZONE }, init);
  }

  /** Sends a message and reads its answer to the end. */
  async say(conversationId: string, text: string, id?: string): Promise<Answer> {
    return readAnswer(await this.send(conversationId, text, id));
  }

  async messages(conversationId: string) {
    type Page = { items: { id: string; role: string; status: string; parts: MessagePart[] }[] };
    return (await this.json<Page>("GET", `/api/conversations/${conversationId}/messages?limit=100`)).items;
  }
}

/** Makes an account on the server. */
export async function signUp(server: { url: string }): Promise<Person> {
  return new Person(server, await makeAccount(server.url));
}

/** Reads a run's stream until it ends, or until `enough` says so (then it is cut off). */
export async function readAnswer(response: Response, enough?: (chunks: Chunk[]) => boolean): Promise<Answer> {
  if (response.status !== 200) throw new Error(`stream: ${response.status} ${await response.text()}`);
  const answer: Answer = { chunks: [], ids: [], done: false, reconnect: false, parts: [] };
  let state = emptyAnswer("");
  const events = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  if (!events) throw new Error("a stream without a body");
  for await (const event of events) {
    if (event.event === "reconnect") answer.reconnect = true;
    else if (event.data === "[DONE]") answer.done = true;
    else {
      const chunk = JSON.parse(event.data) as Chunk;
      answer.chunks.push(chunk);
      answer.ids.push(event.id ?? "");
      state = foldChunk(state, chunk);
    }
    if (enough?.(answer.chunks)) break;
  }
  answer.parts = state.parts;
  return answer;
}

import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../src/app.ts";
import { dump } from "./_dump.ts";
import { type Person, signUp, startTestServer, type TestServer } from "./_harness.ts";
import { accountBodies, exampleBody, nameOf, type Operation, readOperations } from "./_openapi.ts";
import { type Belongings, canary, storyModel, twoPeople } from "./_two-people.ts";

let server: TestServer;
let ann: Person;
let bob: Person;
let hers: Belongings;
let operations: Operation[];
beforeAll(async () => {
  server = await startTestServer({ model: storyModel });
  ({ ann, bob, belongings: hers } = await twoPeople(server));
  operations = await readOperations(server);
  return server.close;
});

/** Answered without a session, and why. */
const open = new Set([
  "GET /api/health", // for probes
  "GET /api/live",
  "GET /metrics",
  "POST /api/auth/sign-up/email", // makes the session
  "POST /api/auth/sign-in/email",
  "POST /api/auth/sign-out", // takes the cookie away, whatever it was
  "GET /api/auth/get-session", // null without one
]);
/** Served, but no part of the described API. All of it is the same for everybody. */
const undescribed = [
  "GET /openapi.json",
  "GET /docs",
  "GET /docs/start.js",
  "GET /docs/swagger-ui.css",
  "GET /docs/swagger-ui-bundle.js",
];

describe("every route", () => {
  it("is described", () => {
    const described = operations.map(nameOf);
    const routes = createApp(server.deps, new URL("file:///nowhere/"))
      .routes.filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
    expect([...new Set(routes)].sort()).toEqual([...described, ...undescribed].sort());
  });

  it("but a short list answers 401 without a session", async () => {
    for (const operation of operations) {
      const path = operation.path.replace(/\{\w+\}/g, () => randomUUID());
      const answer = await ask(undefined, operation, path);
      const refused = answer.status === 401 && JSON.stringify(answer.body).includes("unauthenticated");
      if (open.has(nameOf(operation))) expect(refused, nameOf(operation)).toBe(false);
      else expect(answer.status, nameOf(operation)).toBe(401);
    }
    expect([...open].filter((name) => !operations.some((operation) => nameOf(operation) === name))).toEqual([]);
  });

  it("without an id tells nothing of anybody else, and changes nothing of theirs", async () => {
    const before = await dump(server.databaseUrl, ann.userId);
    for (const operation of operations.filter(({ path }) => !path.includes("{") && path.startsWith("/api/"))) {
      const carl = operation.path.startsWith("/api/auth/") ? await signUp(server) : bob;
      const answer = await ask(carl, operation, operation.path);
      expect(answer.status, nameOf(operation)).toBeLessThan(500);
    }
    expect(await dump(server.databaseUrl, ann.userId)).toEqual(before);
  });

  it("takes no user from a query", async () => {
    for (const operation of operations.filter(({ method, path }) => method === "GET" && !path.includes("{"))) {
      await ask(bob, operation, `${operation.path}?userId=${encodeURIComponent(ann.userId)}`);
    }
  });
});

describe("ids in bodies", () => {
  /** Ids that clients make before they send. One that is taken can't be used again, whoever has it; that is all. */
  const madeByClients = new Set(["POST /api/conversations id", "POST /api/conversations/{id}/messages id"]);
  /** Ids of what is to be found. */
  const lookedUp = new Set(["POST /api/changes/undo run"]);

  it("of somebody else give nothing away", async () => {
    const before = await dump(server.databaseUrl, ann.userId);
    for (const operation of operations) {
      for (const [field, schema] of Object.entries(operation.body?.properties ?? {})) {
        if (schema.format !== "uuid") continue;
        const name = `${nameOf(operation)} ${field}`;
        if (lookedUp.has(name)) {
          const unknown = await ask(bob, operation, operation.path, { [field]: randomUUID() });
          expect(unknown.status, name).toBe(404);
          for (const id of Object.values(hers.ids).flat()) {
            expect(await ask(bob, operation, operation.path, { [field]: id }), name).toEqual(unknown);
          }
          continue;
        }
        if (!madeByClients.has(name))
          throw new Error(`${name} is new: test here that it is answered like an unknown id`);
        const path = fill(operation, await bob.conversation());
        for (const id of [...hers.messageIds, ...(hers.ids.conversations ?? [])]) {
          const body = { ...(exampleBody(operation) as object), [field]: id };
          const answer = await ask(bob, operation, path, body);
          if (answer.status === 409) expect(answer.body).toMatchObject({ error: { code: "conflict" } });
          else expect(answer.status, name).toBeLessThan(300);
        }
      }
    }
    expect(await dump(server.databaseUrl, ann.userId)).toEqual(before);
  });

  it("a message of somebody else is not continued, read or answered", async () => {
    const id = await bob.conversation();
    for (const messageId of hers.messageIds) {
      const response = await bob.send(id, `${canary} hello`, messageId);
      expect(response.status).toBe(409);
    }
    expect(await bob.messages(id)).toEqual([]);
  });

  it("a session of somebody else is not ended, and answered like an unknown one", async () => {
    const unknown = await bob.request("POST", "/api/auth/revoke-session", { token: "unknown" });
    const foreign = await bob.request("POST", "/api/auth/revoke-session", { token: hers.token });
    expect([foreign.status, await foreign.text()]).toEqual([unknown.status, await unknown.text()]);
    expect((await ann.request("GET", "/api/tasks")).status).toBe(200);
  });

  it("every account route is among those tried", () => {
    const posts = operations.filter(({ method, path }) => method === "POST" && path.startsWith("/api/auth/"));
    expect(posts.map(({ path }) => path).sort()).toEqual(Object.keys(accountBodies).sort());
  });
});

function fill({ path }: Operation, id: string): string {
  return path.replace(/\{\w+\}/g, id);
}

type Answered = { status: number; body: unknown };

/** Asks, and looks for words of the first person in whatever comes back to somebody else. */
async function ask(person: Person | undefined, operation: Operation, path: string, body?: unknown): Promise<Answered> {
  const sent = body ?? exampleBody(operation);
  const cut = new AbortController();
  const response = await fetch(server.url + path, {
    method: operation.method,
    signal: cut.signal,
    headers: {
      ...(person && { cookie: person.cookie }),
      ...(sent !== undefined && { "content-type": "application/json" }),
    },
    ...(sent !== undefined && { body: JSON.stringify(sent) }),
  });
  const endless = operation.path === "/api/events" && response.status === 200;
  const text = endless ? await firstPiece(response) : await response.text();
  cut.abort();
  for (const secret of [canary, hers.token, hers.apiToken, ann.email, ann.userId]) {
    expect(text + JSON.stringify([...response.headers]), `${nameOf(operation)} ${path}`).not.toContain(secret);
  }
  if (!response.headers.get("content-type")?.includes("json")) return { status: response.status, body: text };
  return { status: response.status, body: withoutRequestId(JSON.parse(text)) };
}

async function firstPiece(response: Response): Promise<string> {
  const { value } = (await response.body?.getReader().read()) ?? {};
  return new TextDecoder().decode(value);
}

function withoutRequestId(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body, (key, value) => (key === "requestId" ? undefined : value)));
}

import { functionCall } from "@openai/agents/testing";
import { errorBodySchema, healthSchema } from "@todo/contract";
import { AuthenticationError } from "openai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PASSWORD } from "../../../test/support/accounts.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { createLogger } from "../src/logger.ts";
import { postAccount } from "./_accounts.ts";
import { type Asked, answering, says } from "./_answering.ts";
import { closeAfterTest, type Person, readAnswer, signUp, sql, startTestServer } from "./_harness.ts";
import { gate, slowText } from "./_models.ts";

/** Everything that the process writes: log lines, and what parts of it say on the console past the log. */
function capture() {
  const lines: string[] = [];
  const log = createLogger("debug", { write: (line: string) => void lines.push(line) });
  for (const name of ["log", "info", "warn", "error", "debug"] as const) {
    vi.spyOn(console, name).mockImplementation(
      (...args: unknown[]) => void lines.push(JSON.stringify(args.map(String))),
    );
  }
  return { log, lines };
}

let captured: ReturnType<typeof capture>;
beforeEach(() => {
  captured = capture();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Nothing listens there. */
const DEAD = "postgres://todo:dead-canary-password@127.0.0.1:9/todo";

/** A server without its database, and somebody whose session another server has made. */
async function withoutDatabase() {
  const alive = await startTestServer();
  const ann = await signUp(alive);
  await alive.close();
  const server = await startTestServer({ databaseUrl: DEAD, log: captured.log });
  closeAfterTest(server);
  return { server, ann: ann.on(server) };
}

describe("health", () => {
  it("is good while the database answers", async () => {
    const server = await startTestServer();
    closeAfterTest(server);
    const response = await fetch(`${server.url}/api/health`);
    expect(response.status).toBe(200);
    expect(healthSchema.strict().parse(await response.json())).toMatchObject({ status: "ok", database: "ok" });
  });

  it("is bad without the database, while the process lives", async () => {
    const { server } = await withoutDatabase();
    const response = await fetch(`${server.url}/api/health`);
    expect(response.status).toBe(503);
    expect(healthSchema.parse(await response.json())).toMatchObject({ status: "unavailable", database: "unavailable" });
    expect((await fetch(`${server.url}/api/live`)).status).toBe(200);
    expect((await fetch(`${server.url}/metrics`)).status).toBe(200);
  });

  it("is answered though the database never does", async () => {
    const { createServer } = await import("node:net");
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : 0;
    const server = await startTestServer({ databaseUrl: `postgres://a:b@127.0.0.1:${port}/x`, log: captured.log });
    const response = await fetch(`${server.url}/api/health`, { signal: AbortSignal.timeout(10_000) });
    expect(response.status).toBe(503);
    silent.close();
    await server.close();
  });
});

describe("without the database", () => {
  it("requests are told to come again", async () => {
    const { ann } = await withoutDatabase();
    const id = crypto.randomUUID();
    const asked: [string, string, unknown?][] = [
      ["GET", "/api/tasks"],
      ["POST", "/api/tasks", { title: "x" }],
      ["GET", "/api/conversations"],
      ["POST", `/api/conversations/${id}/messages`, { id, text: "hello", timeZone: "UTC" }],
      ["GET", "/api/events"],
      ["GET", "/api/auth/get-session"],
      ["GET", "/api/auth/list-sessions"],
      ["POST", "/api/auth/sign-out", {}],
      ["POST", "/api/auth/revoke-session", { token: "unknown" }],
      ["POST", "/api/auth/revoke-other-sessions", {}],
      ["POST", "/api/auth/change-password", { currentPassword: "a password", newPassword: "another password" }],
      ["POST", "/api/auth/delete-user", { password: "a password" }],
      ["POST", "/api/auth/sign-in/email", { email: "ann@example.com", password: "a password" }],
      ["POST", "/api/auth/sign-up/email", { name: "A", email: "ann@example.com", password: "a password" }],
    ];
    for (const [method, path, body] of asked) {
      const response = await ann.request(method, path, body);
      const text = await response.text();
      expect([path, response.status, text]).toEqual([path, 503, expect.stringContaining('"database_unavailable"')]);
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(response.headers.getSetCookie(), path).toEqual([]);
      expect(text).not.toMatch(/ECONN|127\.0\.0\.1|canary/);
      errorBodySchema.strict().parse(JSON.parse(text));
    }
  });

  it("the log tells so, without the password", async () => {
    const { ann } = await withoutDatabase();
    await ann.request("GET", "/api/tasks");
    const text = captured.lines.join("");
    expect(text).toContain("database unavailable");
    expect(text).not.toContain("dead-canary-password");
  });
});

describe("the log", () => {
  const KEY = "sk-proj-canary0123456789abcdef";
  const word = "canary-word-81";
  const model = answering(({ said, turn }: Asked) => {
    if (said.includes("fail")) {
      throw new AuthenticationError(401, { message: `Incorrect API key provided: ${KEY}` }, undefined, new Headers());
    }
    if (turn > 0) return says(`${word} is done`);
    const task = { title: `${word} title`, notes: `${word} notes`, priority: null, tags: null, due: `${word} never` };
    return [
      functionCall(
        "add_tasks",
        { tasks: [{ ...task, due: said.includes("due") ? task.due : null }] },
        { callId: "call-1" },
      ),
    ];
  });

  async function story(ann: Person): Promise<void> {
    const id = await ann.conversation();
    for (const text of [`${word} add`, `${word} due`, `${word} fail`]) await readAnswer(await ann.send(id, text));
    const [task] = await ann.tasks(`q=${word}`);
    await ann.request("PATCH", `/api/tasks/${task?.id}`, { title: `${word} other`, nonsense: word });
    await ann.request("POST", "/api/tasks", undefined, {
      body: `{"${word}`,
      headers: { "content-type": "application/json" },
    });
    await ann.request("GET", `/api/${word}?${word}=1`, undefined, { headers: { authorization: `Bearer ${word}` } });
    await ann.request("POST", "/api/auth/change-password", {
      currentPassword: `${word} wrong`,
      newPassword: `${word} new`,
    });
    await ann.request("POST", "/api/auth/revoke-session", { token: `${word}\0` });
    await ann.request("PATCH", `/api/conversations/${id}`, { title: `${word} title` });
  }

  it("is JSON, line by line, each of a request with its id, and holds no secret and nobody's words", async () => {
    const server = await startTestServer({ model, log: captured.log });
    closeAfterTest(server);
    const ann = await signUp(server);
    await story(ann);
    await ann.request("GET", "/api/tasks", undefined, { headers: { "x-request-id": "request-of-mine" } });
    const text = captured.lines.join("");
    const lines = captured.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const requests = lines.filter((line) => line.msg === "request");
    expect(requests.length).toBeGreaterThan(12);
    for (const line of requests) {
      expect(line).toMatchObject({
        level: "info",
        time: expect.any(String),
        requestId: expect.any(String),
        status: expect.any(Number),
      });
    }
    expect(requests.some((line) => line.requestId === "request-of-mine" && line.route === "/api/tasks")).toBe(true);
    expect(lines.filter((line) => line.msg === "run failed")).toHaveLength(1);
    const { session } = await ann.json<{ session: { token: string } }>("GET", "/api/auth/get-session");
    const secrets = {
      word,
      KEY,
      cookie: ann.cookie,
      token: session.token,
      email: ann.email,
      password: "correct horse",
    };
    for (const [name, secret] of Object.entries(secrets)) expect(text, name).not.toContain(secret);
    expect(text).not.toMatch(/sk-proj|# SERVER_ERROR/);
  });

  it("tells of each account call whose it is, from where, and how it ended; of each refusal why", async () => {
    const server = await startTestServer({ model, log: captured.log });
    closeAfterTest(server);
    const ann = await signUp(server);
    const at = { email: ann.email, password: PASSWORD };
    expect((await postAccount(server, "sign-in/email", at)).status).toBe(200);
    expect((await postAccount(server, "sign-in/email", { ...at, password: "wrong password" })).status).toBe(401);
    await postAccount(server, "sign-in/email", { ...at, email: "nobody@example.com" });
    await ann.request("POST", "/api/auth/change-password", { currentPassword: "wrong one", newPassword: "new enough" });
    await ann.request("POST", "/api/auth/sign-out", {}, { headers: { origin: "https://evil.example" } });
    await ann.request("POST", "/api/auth/sign-out", {});
    await ann.request("GET", "/api/tasks");
    const lines = captured.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const told = lines.flatMap(({ msg, route, status, userId, address, account, refusal }) =>
      msg === "request" ? [{ route, status, userId, address, account, refusal }] : [],
    );
    const { userId } = ann;
    const address = "127.0.0.1";
    const account = told[0]?.account;
    expect(account).toMatch(/^[0-9a-f]{16}$/);
    const [signIn, none] = ["/api/auth/sign-in/email", undefined];
    expect(told).toEqual([
      { route: "/api/auth/sign-up/email", status: 200, userId, address, account, refusal: none },
      { route: signIn, status: 200, userId, address, account, refusal: none },
      { route: signIn, status: 401, userId: none, address, account, refusal: none },
      { route: signIn, status: 401, userId: none, address, account: expect.not.stringMatching(String(account)) },
      { route: "/api/auth/change-password", status: 400, userId, address, account: none, refusal: none },
      {
        route: "/api/auth/sign-out",
        status: 403,
        userId: none,
        address: none,
        account: none,
        refusal: "forbidden_origin",
      },
      { route: "/api/auth/sign-out", status: 200, userId, address, account: none, refusal: none },
      { route: "/api/tasks", status: 401, userId: none, address: none, account: none, refusal: "unauthenticated" },
    ]);
  });

  it("does not hold what an answer to the user says of the failure, nor the other way round", async () => {
    const server = await startTestServer({ model, log: captured.log });
    closeAfterTest(server);
    const ann = await signUp(server);
    const answer = await readAnswer(await ann.send(await ann.conversation(), "fail"));
    expect(answer.parts.at(-1)).toMatchObject({ data: { code: "model_unauthorized" } });
    expect(JSON.stringify(answer.chunks)).not.toMatch(/sk-|Incorrect/);
  });
});

describe("a server that ends", () => {
  it("hands its runs back, for another to go on at once", async () => {
    const hold = gate();
    const first = await startTestServer({ model: slowText(["One ", "two."], hold) });
    const ann = await signUp(first);
    const id = await ann.conversation();
    await readAnswer(await ann.send(id, "count"), (chunks) => chunks.some(({ type }) => type === "text-delta"));
    const reading = ann.request("GET", `/api/conversations/${id}/stream`).then((response) => readAnswer(response));
    const { run } = await ann.json<{ run: { id: string } }>("GET", `/api/conversations/${id}`);
    await eventually("a reader", async () => (await first.deps.metrics.streams.get()).values[0]?.value === 1);
    await first.close();
    const cut = await reading;
    expect(cut).toMatchObject({ reconnect: true, done: false });
    type Row = { status: string; leaseOwner: string | null; crashes: number };
    const [row] = await sql<Row>(first.databaseUrl, `select status, "leaseOwner", crashes from runs where id = $1`, [
      run.id,
    ]);
    expect(row).toEqual({ status: "queued", leaseOwner: null, crashes: 0 });
    hold.open();
    const second = await startTestServer({ databaseUrl: first.databaseUrl, model: slowText(["One ", "two."], hold) });
    closeAfterTest(second);
    const init = { headers: { "last-event-id": cut.ids.at(-1) ?? "" } };
    const rest = await ann.on(second).request("GET", `/api/conversations/${id}/stream`, undefined, init);
    const answer = await readAnswer(rest);
    expect(answer.chunks.at(-1)).toEqual({ type: "finish", finishReason: "stop" });
  });

  it("ends though the database is away, and twice is once", async () => {
    const { server } = await withoutDatabase();
    await Promise.all([server.close(), server.close()]);
    await expect(fetch(`${server.url}/api/live`)).rejects.toThrow();
  });
});

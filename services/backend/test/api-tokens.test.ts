import { createHash } from "node:crypto";
import { type ApiToken, type ApiTokenList, errorBodySchema, limits } from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../src/logger.ts";
import { closeAfterTest, type Person, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";
import { nameOf, type Operation, readOperations } from "./_openapi.ts";
import { makeProgram, Program } from "./_program.ts";

const PASSWORD = "correct horse battery";
const UNKNOWN = "01890000-0000-7000-8000-000000000000";

let now = new Date();
let server: TestServer;
let operations: Operation[];
beforeAll(async () => {
  server = await startTestServer({ clock: () => now });
  operations = await readOperations(server);
  return server.close;
});

async function tokensOf(person: Person): Promise<ApiToken[]> {
  return (await person.json<ApiTokenList>("GET", "/api/tokens")).items;
}

async function codeOf(response: Response): Promise<string> {
  return errorBodySchema.parse(await response.json()).error.code;
}

async function expectRefused(response: Response, status: 401 | 403): Promise<void> {
  const code = status === 401 ? "unauthenticated" : "forbidden_scope";
  expect([response.url, response.status, await codeOf(response)]).toEqual([response.url, status, code]);
  if (status === 401) expect(response.headers.get("www-authenticate")).toBe("Bearer");
}

/** Calls that the description knows, with an id that is nobody's. */
function asked(filter: (operation: (typeof operations)[number]) => boolean) {
  return operations.filter(filter).map(({ method, path }) => [method, path.replace(/\{\w+\}/g, UNKNOWN)] as const);
}

describe("a token", () => {
  it("is shown once; what is kept is its hash", async () => {
    const ann = await signUp(server);
    const program = await makeProgram(ann, { name: "  backup  ", scope: "read" });
    expect(program.token).toMatch(/^todo_[\w-]{43}$/);
    const listed = await ann.request("GET", "/api/tokens");
    const text = await listed.text();
    expect(text).not.toContain(program.token.slice(5));
    expect(JSON.parse(text)).toEqual({
      items: [{ id: program.id, name: "backup", scope: "read", createdAt: expect.any(String), lastUsedAt: null }],
    });
    const rows = await sql<{ hash: string; row: string }>(
      server.databaseUrl,
      `select "hash", to_jsonb(t)::text as row from "apiTokens" t where "id" = $1`,
      [program.id],
    );
    expect(rows[0]?.hash).toBe(createHash("sha256").update(program.token).digest("base64url"));
    expect(rows[0]?.row).not.toContain(program.token.slice(5));
  });

  it("calls the operations for its user, in its zone, and stands in the audit log", async () => {
    const ann = await signUp(server);
    await ann.json("POST", "/api/tasks", { title: "Hers" });
    const program = await makeProgram(ann, { timeZone: "Pacific/Kiritimati" });
    const made = await program.request("POST", "/api/tasks", { title: "Its" }, { "x-time-zone": "UTC" });
    expect(made.status).toBe(201);
    expect((await ann.tasks()).map(({ title }) => title)).toEqual(["Hers", "Its"]);
    const events = await sql(
      server.databaseUrl,
      `select "tokenId", "operation", "callId" from "taskEvents" where "userId" = $1 order by "id"`,
      [ann.userId],
    );
    expect(events).toEqual([
      { tokenId: null, operation: "add_tasks", callId: expect.any(String) },
      { tokenId: program.id, operation: "add_tasks", callId: made.headers.get("x-request-id") },
    ]);
  });

  it("ends at once when it is revoked, and stays another's", async () => {
    const [ann, bob] = [await signUp(server), await signUp(server)];
    const [first, second] = [await makeProgram(ann), await makeProgram(ann)];
    expect((await bob.request("DELETE", `/api/tokens/${first.id}`)).status).toBe(404);
    expect((await first.request("GET", "/api/tasks")).status).toBe(200);
    expect((await ann.request("DELETE", `/api/tokens/${first.id}`)).status).toBe(204);
    await expectRefused(await first.request("GET", "/api/tasks"), 401);
    expect((await second.request("GET", "/api/tasks")).status).toBe(200);
    expect((await tokensOf(ann)).map(({ id }) => id)).toEqual([second.id]);
    expect((await ann.request("DELETE", `/api/tokens/${first.id}`)).status).toBe(404);
  });

  it("ends with its user's account", async () => {
    const ann = await signUp(server);
    const program = await makeProgram(ann);
    expect((await ann.request("POST", "/api/auth/delete-user", { password: PASSWORD })).status).toBe(200);
    await expectRefused(await program.request("GET", "/api/tasks"), 401);
    expect(await sql(server.databaseUrl, `select 1 from "apiTokens" where "id" = $1`, [program.id])).toEqual([]);
  });

  it("for reading may read, and is told which scope it lacks", async () => {
    const ann = await signUp(server);
    await ann.json("POST", "/api/tasks", { title: "Hers" });
    const program = await makeProgram(ann, { scope: "read" });
    const page = await program.request("GET", "/api/tasks");
    expect(await page.json()).toMatchObject({ items: [{ title: "Hers" }] });
    const writes = asked(({ method, name }) => name !== undefined && method !== "GET");
    expect(writes.length).toBeGreaterThan(8);
    for (const [method, path] of writes) {
      const response = await program.request(method, path, {});
      expect(await response.clone().text()).toContain('lacks the scope \\"write\\"');
      await expectRefused(response, 403);
    }
    expect((await ann.tasks()).map(({ title }) => title)).toEqual(["Hers"]);
  });

  it("is one of twenty at most, though they are made all at once", async () => {
    const ann = await signUp(server);
    const wanted = { name: "x", scope: "read", timeZone: "UTC" };
    const tries = Array.from({ length: limits.apiTokens.perUser + 5 }, () =>
      ann.request("POST", "/api/tokens", wanted),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(limits.apiTokens.perUser);
    expect(statuses.filter((status) => status === 409)).toHaveLength(5);
    const [newest] = await tokensOf(ann);
    expect((await ann.request("DELETE", `/api/tokens/${newest?.id}`)).status).toBe(204);
    expect((await ann.request("POST", "/api/tokens", wanted)).status).toBe(201);
  });

  it.each([
    { name: " " },
    { name: "x".repeat(61) },
    { scope: "admin" },
    { timeZone: "Mars/Base" },
    { timeZone: "+02:00" },
    { userId: "x" },
    { token: "todo_x" },
  ])("is not made with %j", async (wrong) => {
    const ann = await signUp(server);
    const body = { name: "x", scope: "read", timeZone: "UTC", ...wrong };
    expect((await ann.request("POST", "/api/tokens", body)).status).toBe(422);
  });

  it("tells when it was used last, written once a minute", async () => {
    const ann = await signUp(server);
    const program = await makeProgram(ann);
    const began = now;
    const after = async (seconds: number) => {
      now = new Date(began.getTime() + seconds * 1_000);
      await program.request("GET", "/api/tasks");
      return (await tokensOf(ann))[0]?.lastUsedAt;
    };
    expect(await after(1)).toBe(new Date(began.getTime() + 1_000).toISOString());
    expect(await after(60)).toBe(new Date(began.getTime() + 1_000).toISOString());
    expect(await after(61)).toBe(new Date(began.getTime() + 61_000).toISOString());
  });
});

describe("a request with an Authorization header", () => {
  it("gets in by it alone, whatever its cookie says", async () => {
    const [ann, bob] = [await signUp(server), await signUp(server)];
    await ann.json("POST", "/api/tasks", { title: "Hers" });
    const program = await makeProgram(bob);
    const both = await program.request("GET", "/api/tasks", undefined, { cookie: ann.cookie });
    expect(await both.json()).toEqual({ items: [], nextCursor: null });
    const wrong = [
      "",
      "Bearer",
      "Bearer ",
      "Bearer todo_",
      `Bearer ${program.token}x`,
      `Bearer todo_${"A".repeat(43)}`,
      `Bearer ${program.token} ${program.token}`,
      `Basic ${btoa(`x:${program.token}`)}`,
      program.token,
      `Token ${program.token}`,
      "Bearer todo_' or 1=1 --",
    ];
    for (const authorization of wrong) {
      for (const path of ["/api/tasks", "/api/conversations", "/api/tokens", "/api/auth/list-sessions"]) {
        await expectRefused(await ann.request("GET", path, undefined, { headers: { authorization } }), 401);
      }
    }
  });

  it("is let into the operations and nowhere else", async () => {
    const ann = await signUp(server);
    const program = await makeProgram(ann);
    const open = /^\/(metrics|mcp|api\/(health|live))$/;
    const closed = asked(({ name, path }) => name === undefined && !open.test(path));
    for (const path of ["/api/tokens", "/api/approvals", "/api/conversations", "/api/events", "/api/auth/sign-out"]) {
      expect(closed.map(([, described]) => described)).toContain(path);
    }
    for (const [method, path] of closed) {
      const body = method === "GET" ? undefined : {};
      await expectRefused(await program.request(method, path, body, { cookie: ann.cookie }), 403);
    }
    await expectRefused(await program.request("GET", "/api/nowhere"), 403);
    for (const [method, path] of asked(({ name }) => name !== undefined)) {
      expect([200, 400, 404, 422], `${method} ${path}`).toContain((await program.request(method, path)).status);
    }
    expect(operations.filter(({ name }) => name !== undefined).map(nameOf)).toContain("GET /api/tasks");
    expect(await tokensOf(ann)).toHaveLength(1);
  });

  it("does not trust a token of the same form that was never made", async () => {
    const stranger = new Program(server, { id: UNKNOWN, token: `todo_${"x".repeat(43)}` });
    await expectRefused(await stranger.request("GET", "/api/tasks"), 401);
  });
});

describe("the log", () => {
  it("holds no token, neither of requests nor of what goes wrong", async () => {
    const lines: string[] = [];
    const log = createLogger("debug", { write: (line: string) => void lines.push(line) });
    const own = await startTestServer({ log });
    closeAfterTest(own);
    const ann = await signUp(own);
    const program = await makeProgram(ann);
    await program.request("GET", "/api/tasks");
    await program.request("POST", "/api/tasks", { title: "x" });
    await program.request("GET", "/api/conversations");
    await ann.request("DELETE", `/api/tokens/${program.id}`);
    await program.request("GET", "/api/tasks");
    log.error({ err: new Error(`could not send ${program.token}`), authorization: `Bearer ${program.token}` }, "x");
    expect(lines.length).toBeGreaterThan(6);
    expect(lines.join("")).not.toContain(program.token.slice(5));
    expect(lines.some((line) => line.includes(`"tokenId":"${program.id}"`))).toBe(true);
  });
});

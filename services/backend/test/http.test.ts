import { errorBodySchema, limits } from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../src/app.ts";
import { type Person, signUp, startTestServer, type TestServer } from "./_harness.ts";
import { exampleBody, nameOf, type Operation, readOperations } from "./_openapi.ts";

let server: TestServer;
let ann: Person;
let operations: Operation[];
beforeAll(async () => {
  server = await startTestServer();
  ann = await signUp(server);
  operations = await readOperations(server);
  return server.close;
});

const json = { "content-type": "application/json" };
const UNKNOWN = "01890000-0000-7000-8000-000000000000";
/** better-auth writes its own refusals: a message and a code, without `error` around them. */
const isAccount = (path: string) => path.startsWith("/api/auth/");

describe("a body", () => {
  it("over 64 kB is refused, announced or not", async () => {
    const big = JSON.stringify({ title: "x".repeat(limits.bodyBytes) });
    for (const { path, method } of changes()) {
      const announced = await ann.request(method, path, undefined, { body: big, headers: json });
      await expectError(announced, 413, "body_too_large");
    }
    const init = { body: new Blob([big]).stream(), duplex: "half" as const, headers: json };
    await expectError(await ann.request("POST", "/api/tasks", undefined, init), 413, "body_too_large");
  });

  it("of 64 kB is not", async () => {
    const title = "x".repeat(limits.bodyBytes - '{"title":""}'.length);
    await expectError(await ann.request("POST", "/api/tasks", { title }), 422, "unprocessable");
  });

  it("holds a message of 8,000 characters at most", async () => {
    const id = await ann.conversation();
    await expectError(await ann.send(id, "x".repeat(8_001)), 422, "unprocessable");
    await expectError(await ann.send(id, " \n "), 422, "unprocessable");
    const fitting = await ann.send(id, "x".repeat(8_000));
    expect(fitting.status).toBe(200);
    await fitting.text();
  });

  it("with a field that is none is refused, and told which", async () => {
    for (const operation of takingBodies()) {
      const sent = { ...(exampleBody(operation) as object), userId: "x" };
      const path = operation.path.replace(/\{\w+\}/g, UNKNOWN);
      const { error } = await expectError(await ann.request(operation.method, path, sent), 422, "unprocessable");
      expect(JSON.stringify(error.details), nameOf(operation)).toContain("userId");
    }
    await expectError(await ann.request("GET", "/api/tasks?userId=x"), 422, "unprocessable");
  });

  it("that is no JSON is refused", async () => {
    for (const operation of takingBodies()) {
      const path = operation.path.replace(/\{\w+\}/g, UNKNOWN);
      for (const body of ["{", "", "{'a':1}", '{"a":1}}', "\u0000"]) {
        const response = await ann.request(operation.method, path, undefined, { body, headers: json });
        await expectError(response, 400, "invalid_request");
      }
    }
  });

  it("that is not there is refused where one is needed, also when nothing in it would be", async () => {
    for (const { method, path } of takingBodies()) {
      const response = await ann.request(method, path.replace(/\{\w+\}/g, UNKNOWN));
      await expectError(response, 400, "invalid_request");
    }
  });

  it("of another type is refused, as forms of other sites send it", async () => {
    const types = [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "text/json",
      "application/json-seq",
      "",
    ];
    for (const { path, method } of changes()) {
      for (const type of types) {
        const init = { body: new TextEncoder().encode("{}"), headers: { ...(type && { "content-type": type }) } };
        await expectError(await ann.request(method, path, undefined, init), 415, "unsupported_media_type");
      }
    }
    const utf8 = { body: '{"title":"x"}', headers: { "content-type": "application/json; charset=utf-8" } };
    expect((await ann.request("POST", "/api/tasks", undefined, utf8)).status).toBe(201);
  });

  it("may be missing where none is needed, with or without a type", async () => {
    const { id } = await ann.json<{ id: string }>("POST", "/api/tasks", { title: "x" });
    expect((await ann.request("DELETE", `/api/tasks/${id}`)).status).toBe(200);
    expect((await ann.request("POST", `/api/tasks/${id}/restore`)).status).toBe(200);
    expect((await ann.request("DELETE", `/api/tasks/${id}`, undefined, { headers: json })).status).toBe(200);
  });
});

describe("a change", () => {
  it("that another site's page asks for is refused, on every route", async () => {
    const foreign: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "http://localhost:3001" },
      { origin: "https://localhost:3000" },
      { origin: "http://localhost:3000.evil.example" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "http://localhost:3000", "sec-fetch-site": "cross-site" },
      { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
    ];
    expect(changes().length).toBeGreaterThan(15);
    for (const { path, method } of changes()) {
      for (const headers of foreign) {
        const response = await ann.request(method, path, undefined, { headers });
        await expectError(response, 403, "forbidden_origin");
      }
    }
  });

  it("from our own page, or from a program, passes", async () => {
    const own: Record<string, string>[] = [
      {},
      { origin: "http://localhost:3000", "sec-fetch-site": "same-origin" },
      { origin: "http://127.0.0.1:3000" },
      { origin: server.url },
      { "sec-fetch-site": "none" },
    ];
    for (const headers of own) {
      const response = await ann.request("POST", "/api/tasks", { title: "x" }, { headers });
      expect(response.status, JSON.stringify(headers)).toBe(201);
    }
  });
});

describe("every answer", () => {
  const asked: [string, string, RequestInit?][] = [
    ["GET", "/api/health"],
    ["GET", "/metrics"],
    ["GET", "/openapi.json"],
    ["GET", "/docs"],
    ["GET", "/nowhere"],
    ["GET", "/api/nowhere"],
    ["GET", "/api/tasks"],
    ["HEAD", "/api/tasks"],
    ["HEAD", "/api/events"],
    ["OPTIONS", "/api/tasks"],
    ["PUT", "/api/tasks"],
    ["GET", `/api/tasks/${UNKNOWN}`],
    ["GET", "/api/tasks?limit=0"],
    ["GET", "/api/auth/get-session"],
    ["GET", "/api/auth/list-sessions"],
    ["POST", "/api/auth/sign-in/email", { body: "{", headers: json }],
    ["POST", "/api/tasks", { body: "{", headers: json }],
    ["POST", "/api/tasks", { headers: { origin: "https://evil.example" } }],
    ["POST", "/api/tasks", { body: "x".repeat(70_000), headers: json }],
  ];

  it.each(asked)("carries the security headers: %s %s", async (method, path, init) => {
    const { headers, status } = await ann.request(method, path, undefined, init);
    expect(status).toBeLessThan(500);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("cache-control")).toMatch(/^(no-store|no-cache, no-transform)$/);
    expect(Number(/max-age=(\d+)/.exec(headers.get("strict-transport-security") ?? "")?.[1])).toBeGreaterThanOrEqual(
      31_536_000,
    );
    expect([headers.get("server"), headers.get("x-powered-by"), headers.get("access-control-allow-origin")]).toEqual([
      null,
      null,
      null,
    ]);
  });

  it.each(asked)("carries a request id, the caller's if it is one: %s %s", async (method, path, init) => {
    const made = (await ann.request(method, path, undefined, init)).headers.get("x-request-id");
    expect(made).toMatch(/^[0-9a-f-]{36}$/);
    const withId = (id: string) => ({ ...init, headers: { ...(init?.headers as object), "x-request-id": id } });
    const own = await ann.request(method, path, undefined, withId("my-request_42"));
    expect(own.headers.get("x-request-id")).toBe("my-request_42");
    for (const id of ["short", "x".repeat(65), 'a"b":{injected}', "with spaces"]) {
      const response = await ann.request(method, path, undefined, withId(id));
      expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it("that is an error has the contract's form, with the id of its request", async () => {
    for (const [method, path, init] of asked) {
      if (method === "HEAD" || isAccount(path)) continue;
      const response = await ann.request(method, path, undefined, init);
      if (response.status < 400) continue;
      const { error } = errorBodySchema.strict().parse(await response.json());
      expect(error.requestId).toBe(response.headers.get("x-request-id"));
    }
  });
});

describe("what is not there", () => {
  it.each(["/", "/api", "/nowhere", "/docs/../package.json", "/docs/%2e%2e/package.json", "/docs/index.html", "/.env"])(
    "is 404: %s",
    async (path) => {
      const response = await ann.request("GET", path);
      expect(response.status).toBe(404);
    },
  );

  it("includes all of better-auth that is not described", async () => {
    const auth = await server.deps.auth();
    const served = new Set(operations.map(({ path }) => path));
    const paths = Object.values(auth.api).flatMap(({ path }) => (path ? [`/api/auth${path}`] : []));
    const closed = [...new Set(paths)].filter((path) => !served.has(path));
    for (const name of ["update-user", "ok", "error"]) expect(closed).toContain(`/api/auth/${name}`);
    for (const path of closed) {
      for (const method of ["GET", "POST"]) {
        await expectError(await ann.request(method, path, method === "POST" ? {} : undefined), 404, "not_found");
      }
    }
  });
});

describe("a method that a path does not have", () => {
  it("is answered with 405 and those that it has, before anybody is asked who they are where there is no id", async () => {
    const asked: [string, string, string | null][] = [
      ["PUT", "/api/tasks", "POST, GET, HEAD"],
      ["PATCH", "/api/tasks/complete", "POST"],
      ["GET", "/api/tasks/complete", "POST"],
      ["PUT", `/api/tasks/${UNKNOWN}`, "GET, HEAD, PATCH, DELETE"],
      ["PUT", "/api/tasks/nothing", "GET, HEAD, PATCH, DELETE"],
      ["DELETE", "/api/health", "GET, HEAD"],
      ["GET", "/api/auth/sign-in/email", "POST"],
      ["OPTIONS", "/api/events", "GET, HEAD"],
      ["DELETE", "/openapi.json", "GET, HEAD"],
    ];
    for (const [method, path, allow] of asked) {
      const response = await ann.request(method, path);
      expect([method, path, response.status, response.headers.get("allow")]).toEqual([method, path, 405, allow]);
      errorBodySchema.strict().parse(await response.json());
      if (path.includes("/tasks/")) continue;
      expect((await fetch(server.url + path, { method })).status).toBe(405);
    }
    expect((await fetch(`${server.url}/api/tasks/${UNKNOWN}`, { method: "PUT" })).status).toBe(401);
  });
});

describe("the page about the API", () => {
  const assets = new URL("../../../node_modules/swagger-ui-dist/", import.meta.url);

  it("comes with all that it needs, under a policy that lets it work and nothing else", async () => {
    const app = createApp(server.deps, assets);
    const page = await app.request("/docs");
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? "");
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      expect(file).toMatch(/^\/docs\//);
      const response = await app.request(file);
      expect(response.status, file).toBe(200);
      expect((await response.text()).length, file).toBeGreaterThan(20);
      expect(response.headers.get("content-type"), file).toMatch(
        file.endsWith(".css") ? /^text\/css/ : /^text\/javascript/,
      );
    }
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toMatch(/https?:|unsafe-eval|script-src[^;]*unsafe-inline/);
    expect(html).not.toMatch(/https?:\/\//);
    expect(html).not.toMatch(/<script>[^<]/);
  });
});

/** Every described change, with an id that is nobody's. */
function changes() {
  return operations
    .filter(({ method }) => method !== "GET")
    .map(({ method, path }) => ({ method, path: path.replace(/\{\w+\}/g, UNKNOWN) }));
}

/** Those that take a body of ours; the messages of MCP are refused in the form of that protocol. */
function takingBodies() {
  return operations.filter(({ body, path }) => body && path !== "/mcp");
}

async function expectError(response: Response, status: number, code: string) {
  const text = await response.text();
  expect([response.status, text], response.url).toEqual([status, expect.stringContaining(`"${code}"`)]);
  return errorBodySchema.parse(JSON.parse(text));
}

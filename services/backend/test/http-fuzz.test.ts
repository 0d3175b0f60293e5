import { errorBodySchema } from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { type Person, signUp, startTestServer, type TestServer } from "./_harness.ts";
import {
  accountBodies,
  example,
  exampleBody,
  nameOf,
  type Operation,
  readOperations,
  readSpec,
  strange,
} from "./_openapi.ts";
import { Random, strangeTexts } from "./_random.ts";

const REQUESTS = 600;

let server: TestServer;
let ann: Person;
let operations: Operation[];
beforeAll(async () => {
  server = await startTestServer();
  ann = await signUp(server);
  operations = await readOperations(server);
  return server.close;
});

describe("the description of the API", () => {
  it("is OpenAPI 3.1 that says of every operation what it takes and gives", async () => {
    const spec = await readSpec(server);
    expect(spec.openapi).toMatch(/^3\.1\./);
    expect(operations.length).toBeGreaterThan(25);
    for (const [path, methods] of Object.entries(spec.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      for (const [method, operation] of Object.entries(methods)) {
        const name = `${method} ${path}`;
        expect(operation, name).toMatchObject({ summary: expect.any(String), responses: expect.any(Object) });
        const described = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
        expect(
          described.map((parameter) => parameter.name),
          name,
        ).toEqual(inPath);
        for (const status of Object.keys(operation.responses)) expect(status, name).toMatch(/^[2-5]\d\d$/);
      }
    }
    const { parameters, body } = {
      parameters: operations.flatMap((o) => o.parameters),
      body: operations.map((o) => o.body),
    };
    const schemas = [...parameters.map(({ schema }) => schema), ...body];
    for (const pattern of JSON.stringify(schemas).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)) {
      const source: string = JSON.parse(pattern[1] ?? '""');
      expect(source.endsWith("$") || !source.startsWith("^"), source).toBe(true);
      expect(() => new RegExp(source, "u")).not.toThrow();
    }
  });
});

describe("characters that can't be stored", () => {
  const bad = ["\0", "a\0b", "\ud800", "\udc00x"];

  it("in a body are refused", async () => {
    const conversation = await ann.conversation();
    for (const text of bad) {
      const tries: [string, string, unknown][] = [
        ["POST", "/api/tasks", { title: text }],
        ["POST", "/api/tasks", { title: "x", notes: `n${text}` }],
        ["POST", "/api/tasks", { title: "x", tags: [`t${text}`] }],
        ["POST", "/api/tasks", { title: "x", due: { date: "2030-01-01", time: null, zone: `UTC${text}` } }],
        ["PATCH", `/api/conversations/${conversation}`, { title: `t${text}` }],
        ["POST", `/api/conversations/${conversation}/messages`, { ...message, text: `hello ${text}` }],
      ];
      for (const [method, path, body] of tries) {
        const response = await ann.request(method, path, body);
        expect([path, response.status]).toEqual([path, 422]);
        errorBodySchema.parse(await response.json());
      }
    }
  });

  it("in a query, a cursor or a path are refused or found nowhere", async () => {
    for (const text of ["%00", "a%00b", "%ED%A0%80", "%", "%F0%9F"]) {
      expect((await ann.request("GET", `/api/tasks/${text}`)).status).toBe(404);
      for (const query of [`q=${text}`, `tag=${text}`, `cursor=${text}`, `dueBefore=${text}`]) {
        const { status } = await ann.request("GET", `/api/tasks?${query}`);
        expect([200, 422], query).toContain(status);
        if (text.includes("%00")) expect(status, query).toBe(422);
      }
    }
    for (const values of [
      ["\0"],
      ["\ud800", 1],
      [1, "\0"],
      [null, null],
      [2 ** 40, "1"],
      [1, 2 ** 40],
      ["0000-01-01T00:00:00Z", crypto.randomUUID()],
    ]) {
      const cursor = Buffer.from(JSON.stringify(values)).toString("base64url");
      for (const path of ["/api/tasks", "/api/tasks?sort=due", "/api/tasks?sort=updated", "/api/conversations"]) {
        const { status } = await ann.request("GET", `${path}${path.includes("?") ? "&" : "?"}cursor=${cursor}`);
        expect(status, `${path} ${JSON.stringify(values)}`).toBe(422);
      }
    }
  });

  it("and strange words for the account routes are no fault of ours", async () => {
    for (const path of Object.keys(accountBodies)) {
      const carl = await signUp(server);
      for (const text of strangeTexts) {
        const fields = Object.keys(accountBodies[path] ?? {});
        const response = await carl.request("POST", path, Object.fromEntries(fields.map((field) => [field, text])));
        expect(response.status, `${path} ${JSON.stringify(text.slice(0, 20))}`).toBeLessThan(500);
        if (fields.length === 0) break;
      }
    }
  });
});

describe("a day that there never was", () => {
  it.each(["0000-01-01", "2026-02-30", "2026-13-01", "10000-01-01", "-001-01-01"])("is refused: %s", async (date) => {
    expect((await ann.request("GET", `/api/tasks?dueBefore=${date}`)).status).toBe(422);
    const due = { date, time: null, zone: "UTC" };
    expect((await ann.request("POST", "/api/tasks", { title: "x", due })).status).toBe(422);
  });
});

describe("requests made from the description, with something strange in them", () => {
  it("are answered without a fault, and only as described", { timeout: 90_000 }, async () => {
    const random = new Random(7);
    const mine = operations.filter(
      ({ path }) => !path.startsWith("/api/auth/") && !["/api/events", "/mcp"].includes(path),
    );
    const statuses: Record<string, number> = {};
    for (let i = 0; i < REQUESTS; i++) {
      const operation = random.pick(mine);
      const path = await fillPath(operation, random);
      const fits = random.chance(0.3);
      const body = operation.body && (fits ? exampleBody(operation, random) : strange(operation.body, random));
      const response = await ann.request(operation.method, path, body, { signal: AbortSignal.timeout(20_000) });
      const text = await response.text();
      const told = `${operation.method} ${path} ${JSON.stringify(body)?.slice(0, 300)}: ${response.status} ${text.slice(0, 300)}`;
      expect(response.status, told).toBeLessThan(500);
      expect(operation.statuses, told).toContain(String(response.status));
      if (response.status >= 400) errorBodySchema.strict().parse(JSON.parse(text));
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    }
    for (const status of [200, 201, 404, 422]) expect(statuses[status] ?? 0, `${status}`).toBeGreaterThan(10);
  });
});

const message = { id: "01890000-0000-7000-8000-00000000000a", timeZone: "UTC" };

/** A path with ids of ours, of nobody, or of nothing, and some of the query. */
async function fillPath(operation: Operation, random: Random): Promise<string> {
  const own: Record<string, () => Promise<string>> = {
    tasks: async () => (await ann.json<{ id: string }>("POST", "/api/tasks", { title: "x" })).id,
    conversations: () => ann.conversation(),
  };
  const make = own[/\/(\w+)\/\{/.exec(operation.path)?.[1] ?? ""];
  const id = make && random.chance(0.6) ? await make() : random.pick([crypto.randomUUID(), "x", "%00"]);
  const query = operation.parameters
    .filter((parameter) => parameter.in === "query" && random.chance(0.4))
    .map(({ name, schema }) => {
      const value = random.chance(0.5) ? example(schema, random, name) : random.pick(strangeTexts);
      return `${name}=${encodeURIComponent(String(value).toWellFormed().slice(0, 2_000))}`;
    });
  return operation.path.replace(/\{\w+\}/, id) + (query.length > 0 ? `?${query.join("&")}` : "");
}

it("every operation can be asked without saying more", () => {
  for (const operation of operations) expect(() => exampleBody(operation), nameOf(operation)).not.toThrow();
});

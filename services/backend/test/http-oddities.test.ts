import { request } from "node:http";
import { text } from "node:stream/consumers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Person, signUp, startTestServer, type TestServer } from "./_harness.ts";

let server: TestServer;
let ann: Person;
beforeAll(async () => {
  server = await startTestServer();
  ann = await signUp(server);
  return server.close;
});

describe("TRACE", () => {
  it("repeats nothing of the request", async () => {
    for (const path of ["/", "/api/health", "/api/tasks"]) {
      const answer = new Promise<[number | undefined, string]>((resolve, reject) => {
        const headers = { cookie: "todo.session_token=canary" };
        const sent = request(server.url + path, { method: "TRACE", headers }, (response) => {
          text(response).then((body) => resolve([response.statusCode, body]), reject);
        });
        sent.on("error", reject).end();
      });
      const [status = 0, body] = await answer;
      expect([path, status >= 400 && status < 500, body.includes("canary")]).toEqual([path, true, false]);
    }
  });
});

describe("a body", () => {
  it("with a field of all objects changes none of them", async () => {
    const headers = { "content-type": "application/json" };
    for (const field of ['"__proto__":{"polluted":true}', '"constructor":{"prototype":{"polluted":true}}']) {
      const { status } = await ann.request("POST", "/api/tasks", undefined, {
        body: `{"title":"x",${field}}`,
        headers,
      });
      expect([field, [201, 422].includes(status)]).toEqual([field, true]);
      expect("polluted" in {}).toBe(false);
    }
  });
});

describe("a parameter", () => {
  it("that comes twice in a query is refused, and comes from nowhere else", async () => {
    for (const title of ["twice one", "twice two"]) await ann.request("POST", "/api/tasks", { title });
    expect((await ann.request("GET", "/api/tasks?q=twice&limit=1&limit=100")).status).toBe(422);
    const elsewhere = await ann.request("GET", "/api/tasks?q=twice", undefined, { headers: { limit: "1" } });
    expect(((await elsewhere.json()) as { items: unknown[] }).items).toHaveLength(2);
  });
});

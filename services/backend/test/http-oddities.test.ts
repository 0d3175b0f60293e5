import { request } from "node:http";
import { connect } from "node:net";
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

describe("a request whose end could be read in two ways", () => {
  it.each([
    ["two kinds of length", "Content-Length: 4\r\nTransfer-Encoding: chunked"],
    ["two lengths", "Content-Length: 4\r\nContent-Length: 5"],
    ["a length that is none", "Content-Length: +4"],
    ["an encoding that only some know", "Transfer-Encoding: xchunked"],
    ["a header folded over two lines", "X-Folded: a\r\n Content-Length: 4"],
  ])("is refused, and nothing after it is read: %s", async (_what, headers) => {
    const smuggled = "GET /api/live HTTP/1.1\r\nHost: x\r\n\r\n";
    const sent = `POST /api/tasks HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n0\r\n\r\n${smuggled}`;
    const answer = await raw(server.port, sent);
    expect(answer.match(/^HTTP\/1\.1 \d+/gm)).toEqual(["HTTP/1.1 400"]);
  });
});

/** What comes back on a connection over which exactly these bytes are sent, until it is closed. */
function raw(port: number, sent: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(sent));
    socket.setTimeout(5_000, () => socket.destroy(new Error("the connection stays open")));
    text(socket).then(resolve, reject);
  });
}

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

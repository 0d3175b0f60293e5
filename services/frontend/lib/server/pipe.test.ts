import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { pipeToBackend } from "./pipe.ts";

let server: Server | null = null;

async function backend(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> {
  const started = createServer(handler);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  process.env.BACKEND_URL = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

const url = (path: string) => `http://todo.example${path}`;

test("hands on method, path, query, body and answer, byte for byte", async () => {
  await backend(async (request, response) => {
    const body: Buffer[] = [];
    for await (const part of request) body.push(part);
    response.writeHead(201, {
      "content-type": "application/octet-stream",
      "x-seen": `${request.method} ${request.url}`,
    });
    response.end(Buffer.concat(body));
  });
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  const answer = await pipeToBackend(new Request(url("/api/tasks?q=a%20b"), { method: "PATCH", body: bytes }));
  expect(answer.status).toBe(201);
  expect(answer.headers.get("x-seen")).toBe("PATCH /api/tasks?q=a%20b");
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
});

test("hands on what MCP clients send, whose address is the page's, and nothing beside it", async () => {
  await backend((request, response) => response.end(JSON.stringify([request.url, request.headers])));
  const headers = { authorization: "Bearer todo_x", "mcp-protocol-version": "2025-06-18", accept: "text/event-stream" };
  const answer = await pipeToBackend(new Request(url("/mcp"), { method: "POST", body: "{}", headers }));
  expect(await answer.json()).toEqual(["/mcp", expect.objectContaining(headers)]);
  for (const path of ["/mcpx", "/mcp/", "/mcp/x", "/mcp/../openapi.json", "/metrics"]) {
    expect((await pipeToBackend(new Request(url(path)))).status, path).toBe(404);
  }
});

test("gives each event on as it comes, and tells the backend when the reader goes away", async () => {
  let gone = () => {};
  const left = new Promise<void>((resolve) => {
    gone = resolve;
  });
  await backend((request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: 1\n\n");
    request.socket.on("close", gone);
  });
  const answer = await pipeToBackend(new Request(url("/api/events")));
  const reader = answer.body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("data: 1\n\n");
  await reader?.cancel();
  await left;
});

test("says clearly that the backend is away", async () => {
  process.env.BACKEND_URL = "http://127.0.0.1:9";
  const answer = await pipeToBackend(new Request(url("/api/tasks")));
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    error: { code: "database_unavailable", message: expect.stringContaining("cannot be reached") },
  });
});

test("pipes nothing but the API", async () => {
  process.env.BACKEND_URL = "http://127.0.0.1:9";
  expect((await pipeToBackend(new Request(url("/api/../docs")))).status).toBe(404);
});

test("a stream that breaks off in the backend breaks off here, and does not end as if it were whole", async () => {
  await backend((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: 1\n\n", () => response.destroy());
  });
  const answer = await pipeToBackend(new Request(url("/api/events")));
  await expect(answer.text()).rejects.toMatchObject({ name: "AbortError" });
});

test.each([
  ["GET", 200, 2],
  ["HEAD", 200, 2],
  ["POST", 503, 1],
  ["DELETE", 503, 1],
])("%s to a replica that dies before it answers: %i after %i tries", async (method, status, tries) => {
  let asked = 0;
  await backend((request, response) => {
    asked++;
    if (asked === 1) request.socket.destroy();
    else response.end("{}");
  });
  const body = method === "POST" ? "{}" : null;
  const answer = await pipeToBackend(new Request(url("/api/tasks"), { method, body }));
  expect([answer.status, asked]).toEqual([status, tries]);
});

test("a connection that carried a stream carries nothing after it", async () => {
  const seen: [string, string][] = [];
  await backend((request, response) => {
    seen.push([request.url ?? "", request.headers.connection ?? ""]);
    response.end("{}");
  });
  const asked = [
    ["GET", "/api/events"],
    ["GET", "/api/conversations/1/stream"],
    ["POST", "/api/conversations/1/messages"],
    ["GET", "/api/conversations/1/messages"],
    ["GET", "/api/tasks"],
  ] as const;
  for (const [method, path] of asked) await (await pipeToBackend(new Request(url(path), { method }))).text();
  expect(seen.map(([path, connection]) => `${path} ${connection}`)).toEqual([
    "/api/events close",
    "/api/conversations/1/stream close",
    "/api/conversations/1/messages close",
    "/api/conversations/1/messages keep-alive",
    "/api/tasks keep-alive",
  ]);
});

const COME_AGAIN = "event: reconnect\nretry: 200\ndata: {}\n\n";

/** A pipe of its own, and what asks its process to end. */
async function freshPipe() {
  vi.resetModules();
  const before = new Set(process.listeners("SIGTERM"));
  const { pipeToBackend } = await import("./pipe.ts");
  const added = process.listeners("SIGTERM").filter((listener) => !before.has(listener));
  const sigterm = () => {
    for (const listener of added) listener("SIGTERM");
  };
  return { pipeToBackend, sigterm };
}

test("at the end of the process streams tell their readers to come again; all else is still served", async () => {
  let gone = 0;
  await backend((request, response) => {
    if (request.url !== "/api/events") return response.end("{}");
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: 1\n\n");
    response.on("close", () => gone++);
  });
  const { pipeToBackend, sigterm } = await freshPipe();
  const answer = await pipeToBackend(new Request(url("/api/events")));
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe("data: 1\n\n");
  sigterm();
  expect(await reader?.read()).toEqual({ done: false, value: COME_AGAIN });
  expect(await reader?.read()).toMatchObject({ done: true });
  expect(await (await pipeToBackend(new Request(url("/api/events")))).text()).toBe(COME_AGAIN);
  expect(await (await pipeToBackend(new Request(url("/api/tasks"), { method: "POST", body: "{}" }))).text()).toBe("{}");
  await vi.waitUntil(() => gone === 2);
});

test("a stream that is in the middle of an event when the process ends breaks off", async () => {
  await backend((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: 1\n\ndata: hal");
  });
  const { pipeToBackend, sigterm } = await freshPipe();
  const reader = (await pipeToBackend(new Request(url("/api/events")))).body?.getReader();
  await reader?.read();
  sigterm();
  await expect(reader?.read()).rejects.toMatchObject({ name: "AbortError" });
});

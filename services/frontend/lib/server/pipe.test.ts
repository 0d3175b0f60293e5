import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
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

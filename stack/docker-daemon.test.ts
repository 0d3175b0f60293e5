import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DockerDaemon, dockerDaemon } from "./docker-daemon.ts";

let server: Server;
let daemon: DockerDaemon;
let asked: string[] = [];
let answers: Record<string, [number, unknown]> = {};

beforeEach(async () => {
  asked = [];
  answers = {};
  server = createServer((request, response) => {
    const line = `${request.method} ${decodeURIComponent(request.url ?? "")}`;
    asked.push(line);
    const [status, body] = answers[line] ?? [500, { message: "unexpected" }];
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  daemon = dockerDaemon(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, undefined);
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

it("lists the tags of one repository with the time when they were given", async () => {
  answers = {
    'GET /images/json?filters={"reference":["todo-backend"]}': [
      200,
      [{ RepoTags: ["todo-backend:a", "todo-backend:b", "other:a"] }, { RepoTags: null }],
    ],
    "GET /images/todo-backend:a/json": [200, { Metadata: { LastTagTime: "2026-01-02T00:00:00Z" } }],
    "GET /images/todo-backend:b/json": [200, { Metadata: {} }],
  };
  expect(await daemon.tags("todo-backend")).toEqual([
    { tag: "a", taggedAt: Date.UTC(2026, 0, 2) },
    { tag: "b", taggedAt: 0 },
  ]);
});

describe("removing", () => {
  it.each([
    [200, "removed"],
    [404, "missing"],
    [409, "in use"],
  ])("answers %i with %s", async (status, outcome) => {
    answers = { "DELETE /images/todo-backend:a": [status, []] };
    expect(await daemon.remove("todo-backend:a")).toBe(outcome);
  });

  it("does not force by itself, which would take an image from under a container", async () => {
    answers = { "DELETE /images/todo-backend:a": [200, []] };
    await daemon.remove("todo-backend:a");
    expect(asked).toEqual(["DELETE /images/todo-backend:a"]);
  });

  it("forces when asked to, for containers that have ended", async () => {
    answers = { "DELETE /images/todo-backend:a?force=true": [200, []] };
    expect(await daemon.remove("todo-backend:a", { force: true })).toBe("removed");
  });

  it("tells any other answer", async () => {
    await expect(daemon.remove("todo-backend:a")).rejects.toThrow(/Docker answered 500: .*unexpected/);
  });
});

it.each([
  [[{ Id: "1" }], true],
  [[], false],
])("knows whether a container runs: %j", async (containers, running) => {
  answers = { 'GET /containers/json?filters={"ancestor":["todo-backend:a"]}': [200, containers] };
  expect(await daemon.isRunning("todo-backend:a")).toBe(running);
});

it("tells that nobody answers", async () => {
  const nobody = dockerDaemon("tcp://127.0.0.1:1", undefined);
  await expect(nobody.tags("x")).rejects.toThrow(/ECONNREFUSED/);
});

import type { CallToolResult } from "@modelcontextprotocol/client";
import { type DecidedCall, limits, type PendingApprovalList, type ToolOutput } from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../src/logger.ts";
import { operations } from "../src/operations/index.ts";
import { dump } from "./_dump.ts";
import { closeAfterTest, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";
import { clients } from "./_mcp.ts";
import { makeProgram, type Program } from "./_program.ts";
import { canary, settleIn, storyModel } from "./_two-people.ts";

let server: TestServer;
const lines: string[] = [];
beforeAll(async () => {
  const log = createLogger("debug", { write: (line: string) => void lines.push(line) });
  server = await startTestServer({ model: storyModel, log });
  return server.close;
});

function outputOf(result: CallToolResult): ToolOutput {
  expect(result.isError, JSON.stringify(result.content)).not.toBe(true);
  return result.structuredContent as ToolOutput;
}

function sentenceOf({ content, isError }: CallToolResult): string {
  expect(isError).toBe(true);
  return content.map((part) => (part.type === "text" ? part.text : "")).join();
}

const numbers = ({ tasks }: ToolOutput) => tasks?.map(({ number }) => number);

/** One message of the protocol as it was before 2026, which needs no hello. */
function post(program: Program, method: string, params: object = {}, headers = {}) {
  const message = { jsonrpc: "2.0", id: 1, method, params };
  return program.request("POST", "/mcp", message, { accept: "application/json, text/event-stream", ...headers });
}

async function answerTo(response: Response) {
  const text = await response.text();
  const data = /^data: (.*)$/m.exec(text)?.[1] ?? text;
  return JSON.parse(data) as { result?: CallToolResult; error?: { code: number; message: string } };
}

describe.each(clients)("with %s", (_name, connect) => {
  it("tasks are added, found, changed, completed, deleted and brought back", async () => {
    const ann = await signUp(server);
    const program = await makeProgram(ann, { timeZone: "Asia/Tokyo" });
    const client = await connect(program);
    const added = outputOf(
      await client.call("add_tasks", { tasks: [{ title: "Milk", due: "tomorrow" }, { title: "Tea" }] }),
    );
    expect(added.changes.map(({ kind, after }) => [kind, after.number, after.title])).toEqual([
      ["added", 1, "Milk"],
      ["added", 2, "Tea"],
    ]);
    expect(added.changes[0]?.after.due?.zone).toBe("Asia/Tokyo");
    expect(numbers(outputOf(await client.call("list_tasks", { status: "open", query: "mil" })))).toEqual([1]);
    await client.call("update_tasks", { changes: [{ task: 2, title: "Green tea" }] });
    await client.call("complete_tasks", { tasks: [1] });
    const deleted = outputOf(await client.call("delete_tasks", { tasks: [2, 77] }));
    expect([deleted.changes.map(({ after }) => after.title), deleted.notFound]).toEqual([["Green tea"], [77]]);
    expect(numbers(outputOf(await client.call("list_tasks", { status: "all" })))).toEqual([1]);
    outputOf(await client.call("restore_tasks", { tasks: [2] }));
    expect((await ann.tasks()).map(({ title, status }) => [title, status])).toEqual([
      ["Milk", "done"],
      ["Green tea", "open"],
    ]);
    const events = await sql<{ tokenId: string; operation: string }>(
      server.databaseUrl,
      `select distinct "tokenId", "operation" from "taskEvents" where "userId" = $1 order by 2`,
      [ann.userId],
    );
    const called = ["add_tasks", "complete_tasks", "delete_tasks", "restore_tasks", "update_tasks"];
    expect(events).toEqual(called.map((operation) => ({ tokenId: program.id, operation })));
  });

  it("deleting many waits in the app, and is done there", async () => {
    const ann = await signUp(server);
    const client = await connect(await makeProgram(ann, { name: "my agent" }));
    const tasks = Array.from({ length: 6 }, (_, i) => ({ title: `Task ${i + 1}` }));
    await client.call("add_tasks", { tasks });
    const result = await client.call("delete_tasks", { tasks: [1, 2, 3, 4, 5] });
    expect(outputOf(result)).toMatchObject({ changes: [], approval: { action: "delete_tasks", tasks: 5 } });
    expect(result.content).toEqual([{ type: "text", text: expect.stringContaining("waits in the app") }]);
    expect(await ann.tasks()).toHaveLength(6);
    const { items } = await ann.json<PendingApprovalList>("GET", "/api/approvals");
    expect(items).toMatchObject([{ tokenName: "my agent", descriptor: { tasks: { length: 5 } } }]);
    const path = `/api/approvals/${items[0]?.id}`;
    const decided = await ann.json<DecidedCall>("POST", path, { decision: "approve" });
    expect(decided.output.changes).toHaveLength(5);
    expect(numbers(outputOf(await client.call("list_tasks", { status: "all" })))).toEqual([6]);
  });

  it("somebody else's tasks are not there, and nothing of theirs is told or touched", async () => {
    const [ann, bob] = [await signUp(server), await signUp(server)];
    const hers = await settleIn(ann);
    const before = await dump(server.databaseUrl, ann.userId);
    const client = await connect(await makeProgram(bob));
    const results = [
      await client.call("list_tasks", { status: "all" }),
      await client.call("list_tasks", { status: "deleted", query: canary }),
      await client.call("list_tasks", { status: "all", tasks: hers.ids["tasks"] }),
      await client.call("update_tasks", { changes: [{ task: 1, title: "mine" }] }),
      await client.call("complete_tasks", { tasks: [1] }),
      await client.call("delete_tasks", { tasks: [1, 2, 3, 4, 5] }),
      await client.call("delete_tasks", { all: "all" }),
      await client.call("restore_tasks", { tasks: [6, hers.ids["tasks"]?.[5]] }),
      await client.call("undo_changes", { run: hers.ids["runs"]?.[0] }),
      await client.call("undo_changes", {}),
      await client.call("list_changes", {}),
    ];
    for (const result of results) {
      expect(JSON.stringify(result)).not.toContain(canary);
      expect((result.structuredContent as ToolOutput | undefined)?.changes ?? []).toEqual([]);
    }
    expect(outputOf(results[3] as CallToolResult).notFound).toEqual([1]);
    expect(outputOf(results[5] as CallToolResult).notFound).toEqual([1, 2, 3, 4, 5]);
    expect(await dump(server.databaseUrl, ann.userId)).toEqual(before);
  });

  it("what can't be done is told in a sentence that a model can act on", async () => {
    const client = await connect(await makeProgram(await signUp(server)));
    expect(sentenceOf(await client.call("add_tasks", { tasks: [{ title: "x", due: "blursday" }] }))).toMatch(
      /blursday/,
    );
    expect(sentenceOf(await client.call("complete_tasks", { tasks: ["one"] }))).toMatch(/Not done: .*tasks/s);
    expect(sentenceOf(await client.call("undo_changes", {}))).toMatch(/nothing to undo/);
  });
});

describe("a token for reading", () => {
  it("is told that it may only read when it calls what it was not shown, and changes nothing", async () => {
    const ann = await signUp(server);
    await ann.json("POST", "/api/tasks", { title: "Hers" });
    const program = await makeProgram(ann, { scope: "read" });
    for (const { name } of operations.filter(({ scope }) => scope === "write")) {
      const { result } = await answerTo(await post(program, "tools/call", { name, arguments: { tasks: [1] } }));
      expect(sentenceOf(result as CallToolResult), name).toContain('lacks the scope "write"');
    }
    const params = { name: "list_tasks", arguments: { status: "open" } };
    const { result } = await answerTo(await post(program, "tools/call", params));
    expect(numbers(outputOf(result as CallToolResult))).toEqual([1]);
    expect((await ann.tasks()).map(({ status }) => status)).toEqual(["open"]);
  });
});

describe("the endpoint", () => {
  it("lets nobody in without a token, least of all a browser with a cookie", async () => {
    const ann = await signUp(server);
    const program = await makeProgram(ann);
    const response = await ann.request("POST", "/mcp", { jsonrpc: "2.0", id: 1, method: "tools/list" });
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    await ann.request("DELETE", `/api/tokens/${program.id}`);
    expect((await post(program, "tools/list")).status).toBe(401);
  });

  it("refuses other sites' pages, even with a token", async () => {
    const program = await makeProgram(await signUp(server));
    for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]) {
      expect((await post(program, "tools/list", {}, headers)).status).toBe(403);
    }
    expect((await post(program, "tools/list", {}, { origin: "http://localhost:3000" })).status).toBe(200);
  });

  it("keeps no stream and no session", async () => {
    const program = await makeProgram(await signUp(server));
    for (const method of ["GET", "DELETE"]) {
      const response = await program.request(method, "/mcp", undefined, { accept: "text/event-stream" });
      expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    }
    const hello = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "x", version: "1" } };
    const response = await post(program, "initialize", hello);
    expect(response.headers.get("mcp-session-id")).toBeNull();
    expect(JSON.stringify(await answerTo(response))).toContain('"serverInfo":{"name":"todo"');
  });

  it("answers what is no message, and what it does not know, without a fault", async () => {
    const program = await makeProgram(await signUp(server));
    const { error } = await answerTo(await post(program, "tools/call", { name: "drop_tables", arguments: {} }));
    expect(error?.message).toContain("There is no tool drop_tables");
    expect((await answerTo(await post(program, "no/such"))).error?.code).toBe(-32_601);
    for (const body of [{}, [], "x", { jsonrpc: "2.0" }, { jsonrpc: "2.0", id: 1, method: "tools/call" }]) {
      const response = await program.request("POST", "/mcp", body, { accept: "application/json, text/event-stream" });
      expect(response.status, JSON.stringify(body)).toBeLessThan(500);
    }
    const big = { name: "add_tasks", arguments: { tasks: [{ title: "x".repeat(limits.bodyBytes) }] } };
    expect((await post(program, "tools/call", big)).status).toBe(413);
  });

  it("tells nothing of what goes wrong inside, and logs it without the token", async () => {
    const own: string[] = [];
    const log = createLogger("debug", { write: (line: string) => void own.push(line) });
    const broken = await startTestServer({ log });
    closeAfterTest(broken);
    const program = await makeProgram(await signUp(broken));
    await sql(broken.databaseUrl, `alter table "taskEvents" rename column "after" to "gone"`);
    const params = { name: "add_tasks", arguments: { tasks: [{ title: "x" }] } };
    const { result } = await answerTo(await post(program, "tools/call", params));
    expect(sentenceOf(result as CallToolResult)).toBe("Something went wrong here. Try again.");
    expect(own.join("")).toContain("an MCP call failed");
    expect(own.join("") + lines.join("")).not.toMatch(/todo_[\w-]{43}/);
  });
});

import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { tools } from "../src/agent/tools.ts";
import { findOperation, operations } from "../src/operations/index.ts";
import { inputForModels } from "../src/operations/json-schema.ts";
import { type Person, signUp, startTestServer, type TestServer } from "./_harness.ts";
import { clients } from "./_mcp.ts";
import { nameOf, readOperations } from "./_openapi.ts";
import { makeProgram } from "./_program.ts";

let server: TestServer;
let ann: Person;
beforeAll(async () => {
  server = await startTestServer();
  ann = await signUp(server);
  return server.close;
});

const names = operations.map(({ name }) => name).sort();

describe("every operation of the list, and nothing else,", () => {
  it("is a tool of the assistant", () => {
    expect(tools.map(({ name }) => name).sort()).toEqual(names);
    for (const { name, description, parameters } of tools) {
      const operation = findOperation(name);
      expect(description).toBe(operation?.description);
      expect(parameters).toEqual(operation && inputForModels(operation.input, { strict: true }));
    }
  });

  it.each(clients)("is a tool of MCP, as its kind says: %s", async (_name, connect) => {
    const client = await connect(await makeProgram(ann));
    const listed = await client.list();
    expect(listed.map(({ name }) => name).sort()).toEqual(names);
    for (const { name, description, inputSchema, outputSchema, annotations } of listed) {
      const operation = findOperation(name);
      expect(description).toBe(operation?.description);
      expect(inputSchema).toEqual(operation && inputForModels(operation.input, { strict: false }));
      expect(outputSchema).toMatchObject({ type: "object", properties: { changes: { type: "array" } } });
      expect(annotations, name).toMatchObject({
        readOnlyHint: operation?.kind === "read",
        destructiveHint: operation?.kind === "destructive",
        idempotentHint: operation?.kind !== "change",
      });
    }
    const reader = await connect(await makeProgram(ann, { scope: "read" }));
    const readable = operations.filter(({ scope }) => scope === "read").map(({ name }) => name);
    expect(readable).toContain("list_tasks");
    expect((await reader.list()).map(({ name }) => name).sort()).toEqual(readable.sort());
  });

  it("is a route, of which a token for reading may call those that read", async () => {
    const described = (await readOperations(server)).filter(({ name }) => name !== undefined);
    expect([...new Set(described.map(({ name }) => name))].sort()).toEqual(names);
    const program = await makeProgram(ann, { scope: "read" });
    for (const route of described) {
      const response = await program.request(route.method, route.path.replace("{id}", randomUUID()));
      const mayCall = findOperation(route.name ?? "")?.scope === "read";
      expect(response.status === 403, nameOf(route)).toBe(!mayCall);
    }
  });

  it("needs a token for writing exactly when it changes something", () => {
    for (const { name, kind, scope } of operations) expect(scope, name).toBe(kind === "read" ? "read" : "write");
  });

  it("asks before it deletes much", () => {
    for (const { name, kind, approval } of operations) {
      if (kind === "destructive") expect(approval, name).toBeDefined();
    }
  });
});

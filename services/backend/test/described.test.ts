import { randomUUID } from "node:crypto";
import { errorBodySchema } from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { type Person, signUp, startTestServer, type TestServer } from "./_harness.ts";
import { exampleBody, nameOf, type Operation, readOperations, readSpec } from "./_openapi.ts";
import { makeProgram, type Program } from "./_program.ts";

let server: TestServer;
let ann: Person;
let program: Program;
let operations: Operation[];
beforeAll(async () => {
  server = await startTestServer();
  ann = await signUp(server);
  program = await makeProgram(ann);
  operations = await readOperations(server);
  return server.close;
});

describe("the description says", () => {
  it("exactly who may call each route: whom it names gets in, and whom it does not is turned away", async () => {
    const kinds = new Set(operations.map(({ callers }) => callers.join()));
    expect([...kinds].sort()).toEqual(["", "session", "session,token", "token"]);
    for (const operation of operations) {
      const { method, callers } = operation;
      const path = operation.path.replace("{id}", randomUUID());
      const body = exampleBody(operation);
      const withToken = await program.request(method, path, body);
      const open = !operation.statuses.includes("401");
      expect([401, 403].includes(withToken.status), `a token at ${nameOf(operation)}`).toBe(
        !open && !callers.includes("token"),
      );
      await withToken.body?.cancel();
      // Guesses of passwords are refused with 401 too.
      if (path.startsWith("/api/auth/")) continue;
      const bob = await signUp(server);
      const withSession = await bob.request(method, path, body);
      expect(withSession.status === 401, `a session at ${nameOf(operation)}`).toBe(
        !open && !callers.includes("session"),
      );
      await withSession.body?.cancel();
    }
  });

  it("under which cookie a session is known", async () => {
    const { components } = await readSpec(server);
    const { name } = components.securitySchemes.session;
    const value = new Map(ann.cookie.split("; ").map((each) => each.split("=") as [string, string])).get(name);
    const response = await fetch(`${server.url}/api/tasks`, { headers: { cookie: `${name}=${value}` } });
    expect(response.status).toBe(200);
  });

  it("which codes an error has, and not that there may be any other", async () => {
    const { paths } = await readSpec(server);
    const described = JSON.stringify(paths["/api/tasks"]?.post?.responses);
    for (const code of ["invalid_request", "unprocessable", "unauthenticated", "forbidden_origin", "storage_full"]) {
      expect(described).toContain(`"${code}"`);
    }
    for (const code of ["run_active", "too_many_runs", "internal"]) expect(described).not.toContain(`"${code}"`);
    expect(errorBodySchema.shape.error.shape.code.options).toContain("method_not_allowed");
    expect(JSON.stringify(paths)).not.toMatch(/"x-(?!operation|time-zone|schema)/);
  });
});

import { functionCall } from "@openai/agents/testing";
import { toolOutputSchema } from "@todo/contract";
import { sql as raw } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { tools } from "../src/agent/tools.ts";
import { answering, says } from "./_answering.ts";
import { dump, userTables } from "./_dump.ts";
import { type Person, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";
import { canary, settleIn, storyModel, tellStory, twoPeople } from "./_two-people.ts";

type Schema = {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
};

/** Of the numbers that the first person's tasks have, one that is there, and that nobody else has. */
const HER_NUMBER = 5;

describe("every tool", () => {
  const cases = tools.map((tool) => [tool.name, tool.parameters as Schema] as const);
  const model = answering((asked) => {
    if (asked.said.includes(canary)) return tellStory(asked);
    if (asked.turn > 0) return says("Well.");
    const parameters = tools.find((tool) => tool.name === asked.said)?.parameters as Schema;
    return [functionCall(asked.said, fill(parameters, "") as Record<string, unknown>, { callId: "call-1" })];
  });
  let server: TestServer;
  let ann: Person;
  beforeAll(async () => {
    server = await startTestServer({ model });
    ann = await signUp(server);
    await settleIn(ann);
    return server.close;
  });

  it.each(cases)("%s takes no user", (_name, parameters) => {
    for (const [name, { description = "" }] of parametersOf(parameters)) {
      expect(name).not.toMatch(/user|owner|account|tenant|session|person/i);
      expect(description).not.toMatch(/\b(user|owner|account) ?id\b|whose|which user|on behalf/i);
    }
  });

  it.each(cases)("%s finds nobody else's tasks by their numbers", async (name, parameters) => {
    const bob = await signUp(server);
    const before = await dump(server.databaseUrl, ann.userId);
    const answer = await bob.say(await bob.conversation(), name);
    const chunk = answer.chunks.find((found) => found.type === "tool-output-available");
    const output = toolOutputSchema.parse(chunk?.type === "tool-output-available" ? chunk.output : undefined);
    expect(JSON.stringify(answer.chunks)).not.toContain(canary);
    expect(output.error).toBeUndefined();
    if (takesNumbers(parameters)) expect(output).toMatchObject({ changes: [], notFound: [HER_NUMBER] });
    else
      expect([...(output.tasks ?? []), ...output.changes.map((change) => change.before)].filter(Boolean)).toEqual([]);
    expect(await dump(server.databaseUrl, ann.userId)).toEqual(before);
  });
});

describe("row security, whatever a query's own conditions say", () => {
  let server: TestServer;
  let ann: Person;
  let bob: Person;
  let tables: string[];
  beforeAll(async () => {
    server = await startTestServer({ model: storyModel });
    ({ ann, bob } = await twoPeople(server));
    await settleIn(bob);
    tables = await userTables(server.databaseUrl);
    return server.close;
  });

  /** better-auth's own; the role that works for users can't read them at all. */
  const closed = new Set(["session", "account"]);

  it("shows own rows only, in every table", async () => {
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) {
      const all = server.deps.asUser(bob.userId, async ({ db }) => {
        const { rows } = await raw<{ userId: string }>`select * from ${raw.table(table)}`.execute(db);
        return rows;
      });
      if (closed.has(table)) {
        await expect(all, table).rejects.toMatchObject({ code: "42501" });
        continue;
      }
      const rows = await all;
      expect(rows.length, `${table}: let settleIn of test/_two-people.ts fill it`).toBeGreaterThan(0);
      expect(new Set(rows.map((row) => row.userId)), table).toEqual(new Set([bob.userId]));
    }
  });

  it("keeps the accounts, sessions and limits away from the role that works for users", async () => {
    for (const table of ["user", "session", "account", "verification", "rateLimits"]) {
      const read = server.deps.asUser(bob.userId, ({ db }) => raw`select * from ${raw.table(table)}`.execute(db));
      await expect(read, table).rejects.toMatchObject({ code: "42501" });
    }
  });

  it("refuses rows for somebody else, and takes and changes none of theirs", async () => {
    const before = await dump(server.databaseUrl, ann.userId);
    for (const table of tables.filter((name) => !closed.has(name))) {
      const [{ row } = { row: undefined }] = await sql<{ row: object }>(
        server.databaseUrl,
        `select to_jsonb(t) as row from "${table}" t where "userId" = $1 limit 1`,
        [ann.userId],
      );
      const name = raw.table(table);
      const insert = server.deps.asUser(bob.userId, ({ db }) =>
        raw`insert into ${name} overriding system value
          select * from jsonb_populate_record(null::${name}, ${JSON.stringify(row)})`.execute(db),
      );
      await expect(insert, table).rejects.toMatchObject({ code: "42501" });
      const give = server.deps.asUser(bob.userId, ({ db }) =>
        raw`update ${name} set "userId" = ${ann.userId}`.execute(db),
      );
      await expect(give, table).rejects.toMatchObject({ code: "42501" });
      for (const statement of [raw`update ${name} set "userId" = ${bob.userId}`, raw`delete from ${name}`]) {
        const gone = new Error("taken back");
        const work = server.deps.asUser(bob.userId, async ({ db }) => {
          await statement.execute(db);
          throw gone;
        });
        await expect(work).rejects.toBe(gone);
      }
    }
    await server.deps.asUser(bob.userId, ({ db }) => raw`delete from tasks`.execute(db));
    await server.deps.asUser(bob.userId, ({ db }) => raw`update tasks set title = 'x'`.execute(db));
    expect(await dump(server.databaseUrl, ann.userId)).toEqual(before);
  });

  it("ends with the transaction", async () => {
    await server.deps.asUser(bob.userId, ({ db }) => raw`select 1`.execute(db));
    const { rows } = await raw<{ role: string; own: string | null }>`
      select current_user::text as role, current_setting('app.user_id', true) as own`.execute(server.deps.db);
    expect(rows[0]?.role).not.toMatch(/_app$/);
    expect(rows[0]?.own ?? "").toBe("");
  });

  it("shows nothing without a user", async () => {
    const seen = server.deps.asUser("", async ({ db }) => (await raw`select * from tasks`.execute(db)).rows);
    expect(await seen).toEqual([]);
  });
});

function parametersOf(schema: Schema): [string, Schema][] {
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items ? [schema.items] : []),
    ...(schema.anyOf ?? []),
  ];
  return [...Object.entries(schema.properties ?? {}), ...inner.flatMap(parametersOf)];
}

function takesNumbers(schema: Schema): boolean {
  return parametersOf(schema).some(([name]) => name === "task" || (name === "tasks" && !addsThem(schema)));
}

function addsThem(schema: Schema): boolean {
  return schema.properties?.tasks?.items?.type === "object";
}

/** Arguments that fit a tool's schema: her number wherever a number goes, and otherwise as little as can be. */
function fill(schema: Schema, name: string): unknown {
  if (schema.anyOf) {
    const numbers = schema.anyOf.find(({ items }) => items?.type === "integer");
    if (numbers) return fill(numbers, name);
    return schema.anyOf.some(({ type }) => type === "null") ? null : fill(schema.anyOf[0] ?? {}, name);
  }
  if (Array.isArray(schema.type)) {
    return schema.items?.type === "integer" || !schema.type.includes("null")
      ? fill({ ...schema, type: schema.type[0] ?? "" }, name)
      : null;
  }
  if (schema.enum) return schema.enum.at(-1);
  switch (schema.type) {
    case "object":
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([key, part]) => [key, fill(part, key)]));
    case "array":
      return [fill(schema.items ?? {}, name)];
    case "integer":
      return HER_NUMBER;
    case "boolean":
      return false;
    case "string":
      return "words";
    default:
      throw new Error(`${name} is of type ${schema.type}: say here what to fill it with`);
  }
}

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Broken } from "./finding.ts";

/** Something that a broken backend does to one person's rows as it commits, or tells its client; and what that breaks. */
export type SeededBug = { what: string; breaks: Broken } & (
  | { on: string; when?: string; does: string }
  | { lies: "acknowledges what it does not do" | "refuses what it has done" }
  | { afterwards: string }
);

/** A copy of rows under new keys. */
const copyOf = (table: string, columns: Record<string, string>, from: string) => {
  const names = Object.keys(columns).map((name) => `"${name}"`);
  return `insert into "${table}" (${names.join()}) select ${Object.values(columns).join()} from ${from};`;
};
const TASK = {
  id: "gen_random_uuid()",
  userId: `"userId"`,
  number: `"number" + 100000`,
  title: `"title"`,
  notes: `"notes"`,
  status: `"status"`,
  priority: `"priority"`,
  tags: `"tags"`,
  createdAt: `"createdAt"`,
  updatedAt: `"updatedAt"`,
};
const MESSAGE = {
  id: "gen_random_uuid()",
  conversationId: `"conversationId"`,
  userId: `"userId"`,
  seq: `"seq" + 100000`,
  role: `"role"`,
  parts: `"parts"`,
  text: `"text"`,
  status: `"status"`,
  runId: `"runId"`,
  createdAt: `"createdAt"`,
};
const addedByRun = `"tasks" where "id" in (select "taskId" from "taskEvents" where "runId" = new."runId" and "kind" = 'added')`;

export const seededBugs: readonly SeededBug[] = [
  {
    what: "a task that was acknowledged is dropped",
    breaks: "acknowledged and lost",
    on: "insert on tasks",
    does: `delete from "tasks" where "id" = new."id";`,
  },
  {
    what: "a change loses its audit row",
    breaks: "acknowledged and lost",
    on: `insert on "taskEvents"`,
    does: `delete from "taskEvents" where "id" = new."id";`,
  },
  {
    what: "a change is acknowledged before its commit, which never comes",
    breaks: "acknowledged and lost",
    lies: "acknowledges what it does not do",
  },
  {
    what: "a change is refused that was made",
    breaks: "refused and done",
    lies: "refuses what it has done",
  },
  {
    what: "an added task is there twice",
    breaks: "done twice",
    on: "insert on tasks",
    when: "pg_trigger_depth() = 0",
    does: copyOf("tasks", TASK, `"tasks" where "id" = new."id"`),
  },
  {
    what: "a tool's effect is had twice",
    breaks: "done twice",
    on: `insert on "toolEffects"`,
    when: `new."tool" = 'add_tasks'`,
    does: copyOf("tasks", TASK, addedByRun),
  },
  {
    what: "an owner that was taken over makes its call again, past the fence",
    breaks: "done twice",
    on: `insert on "toolEffects"`,
    when: "pg_trigger_depth() = 0",
    does: `insert into "toolEffects" select "runId", "callId" || ' again', "userId", "tool", "result", "deletes", "at"
           from "toolEffects" where "runId" = new."runId" and "callId" = new."callId";`,
  },
  {
    what: "two messages change places",
    breaks: "out of order",
    on: "insert on messages",
    when: `new."role" = 'user' and new."seq" > 1`,
    does: `update "messages" set "seq" = -1 where "id" = new."id";
           update "messages" set "seq" = new."seq" where "conversationId" = new."conversationId" and "seq" = 1;
           update "messages" set "seq" = 1 where "id" = new."id";`,
  },
  {
    what: "a message gets a second finished answer",
    breaks: "without its one answer",
    on: "insert on messages",
    when: `new."role" = 'assistant' and pg_trigger_depth() = 0`,
    does: copyOf("messages", MESSAGE, `"messages" where "id" = new."id"`),
  },
  {
    what: "an answer loses its end",
    breaks: "without its one answer",
    on: "insert on messages",
    when: `new."role" = 'assistant'`,
    does: `update "messages" set "text" = left("text", 20) where "id" = new."id";`,
  },
  {
    what: "a run is told to have ended and has not",
    breaks: "without its one answer",
    on: "update on runs",
    when: `new."status" = 'done'`,
    does: `update "runs" set "status" = 'running', "leaseOwner" = 'nobody', "leaseUntil" = now() + interval '1 h' where "id" = new."id";`,
  },
  {
    what: "a change is audited and not made",
    breaks: "audit, result and state differ",
    on: "update on tasks",
    when: "pg_trigger_depth() = 0",
    does: `update "tasks" set "status" = old."status", "notes" = old."notes", "deletedAt" = old."deletedAt" where "id" = new."id";`,
  },
  {
    what: "another person's words come into a task",
    breaks: "somebody else's",
    on: "insert on tasks",
    does: `update "tasks" set "notes" = 'canary00000000' where "id" = new."id";`,
  },
  {
    what: "the log of an answer stays for ever",
    breaks: "left over",
    afterwards: `update "runs" set "finishedAt" = now() - interval '1 h' where "userId" = $1`,
  },
];

/** The statements that put a bug into a database, for one person; done at the end of each of their transactions. */
export function plant(bug: SeededBug, name: string, userId: string): string[] {
  if (!("on" in bug)) return [];
  const when = [`new."userId" = '${userId}'`, ...(bug.when ? [bug.when] : [])].join(" and ");
  return [
    `create function ${name}() returns trigger language plpgsql security definer as $$ begin ${bug.does} return null; end $$`,
    `create constraint trigger ${name} after ${bug.on} deferrable initially deferred
     for each row when (${when}) execute function ${name}()`,
  ];
}

/** Stands before a backend and lies about changes that are sent there. */
export async function startLiar(url: string, lie: "acknowledges what it does not do" | "refuses what it has done") {
  const server: Server = createServer((request, response) => {
    const answer = async () => {
      const body = await text(request);
      const isChange = request.method === "POST" && request.url === "/api/tasks";
      const headers = { "content-type": "application/json" };
      if (isChange && lie === "acknowledges what it does not do") {
        response.writeHead(201, headers).end(JSON.stringify({ id: crypto.randomUUID(), number: 1 }));
        return;
      }
      const { host: _host, connection: _connection, "content-length": _length, ...kept } = request.headers;
      const sent = Object.entries(kept).map(([name, value]): [string, string] => [name, String(value)]);
      const init = { method: request.method ?? "GET", headers: sent, ...(body !== "" && { body }) };
      const real = await fetch(url + (request.url ?? ""), init);
      const said = await real.text();
      if (isChange && real.ok) response.writeHead(409, headers).end("{}");
      else response.writeHead(real.status, headers).end(said);
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

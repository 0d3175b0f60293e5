import { serve } from "@hono/node-server";
import autocannon from "autocannon";
import { Hono } from "hono";
import pg from "pg";
import { freePort } from "../../scripts/local/ports.mjs";
import { signUp } from "../support/accounts.ts";
import { type Row, row } from "../support/figures.ts";
import { type Database, startBackend } from "./backend.ts";

const TASKS = 10_000;
const SECONDS = 8;
const CONNECTIONS = 20;

/**
 * Reading 50 of one user's 10,000 tasks, with session, row-level security and validation; beside the same rows read by
 * a service that has none of these.
 */
export async function measureTaskRead(database: Database): Promise<Row[]> {
  const backend = await startBackend(database.url);
  const { cookie, userId } = await signUp(backend.url);
  await seed(database.url, userId);
  await load(`${backend.url}/api/tasks?limit=50`, { cookie }, 2);
  const ours = await load(`${backend.url}/api/tasks?limit=50`, { cookie }, SECONDS);
  await backend.stop();
  const twin = await startTwin(database.url, userId);
  await load(twin.url, {}, 2);
  const plain = await load(twin.url, {}, SECONDS);
  await twin.stop();
  const name = "no session, no row security";
  return [
    row(
      `50 of ${TASKS.toLocaleString("en-US")} tasks: requests a second`,
      { value: ours.rate, unit: "/s" },
      undefined,
      {
        name,
        value: plain.rate,
      },
    ),
    row(`the same: p99 at ${CONNECTIONS} connections`, { value: ours.p99, unit: "ms" }, undefined, {
      name,
      value: plain.p99,
    }),
  ];
}

/** Gives the user 10,000 tasks. */
export async function seed(url: string, userId: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    `insert into "tasks" ("id", "userId", "number", "title", "notes", "status", "priority", "tags", "dueDate", "dueZone",
       "createdAt", "updatedAt")
     select gen_random_uuid(), $1, n, 'Task number ' || n, '', case when n % 3 = 0 then 'done' else 'open' end, 'none',
       array['home'], date '2026-01-01' + n % 365, 'Europe/Berlin', now(), now()
     from generate_series(1, $2) as n`,
    [userId, TASKS],
  );
  await client.query("analyze tasks");
  await client.end();
}

/** Requests a second, and the 99th percentile of their time in milliseconds. */
export async function load(url: string, headers: Record<string, string>, seconds: number) {
  const result = await autocannon({ url, headers, connections: CONNECTIONS, duration: seconds });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx + result.errors} requests failed`);
  return { rate: result.requests.average, p99: result.latency.p99 };
}

async function startTwin(databaseUrl: string, userId: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 20 });
  const app = new Hono();
  app.get("/", async (c) => {
    const { rows } = await pool.query(
      `select * from "tasks" where "userId" = $1 and "deletedAt" is null order by "number" limit 51`,
      [userId],
    );
    return c.json({ items: rows.slice(0, 50) });
  });
  const port = await freePort();
  const server = serve({ fetch: app.fetch, port, hostname: "127.0.0.1" });
  const stop = async () => {
    server.close();
    await pool.end();
  };
  return { url: `http://127.0.0.1:${port}/`, stop };
}

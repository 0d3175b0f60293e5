import { fork } from "node:child_process";
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { signUp } from "../support/accounts.ts";
import { type Row, row } from "../support/figures.ts";
import { BENCH_SECRET, type Database, residentMegabytes, startBackend } from "./backend.ts";

const STREAMS = 10_000;
const PER_USER = 20;
/** A loopback address has some 28,000 ports to come from, fewer than all here together take. */
const PER_ADDRESS = 2_500;
/** So many are being opened at once. */
const AT_ONCE = 10;
/** Two rounds of heartbeats and sessions. */
const WATCH_MS = 25_000;

/**
 * 10,000 open tabs of 500 people on one backend, none of whom does anything, from several addresses: what they take of
 * memory and of PostgreSQL, beside a bare Node server with as many streams.
 */
export async function measureIdleStreams(database: Database): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const backend = await startBackend(database.url);
  const [cookieName = ""] = (await signUp(backend.url)).cookie.split("=");
  const cookies = await makeSessions(client, STREAMS / PER_USER, cookieName);
  const before = residentMegabytes(backend.pid);
  let streams: Stream[] = [];
  try {
    streams = await openAll(`${backend.url}/api/events`, (i) => cookies[i % cookies.length] ?? "");
    await setTimeout(WATCH_MS);
    const held = residentMegabytes(backend.pid);
    const open = streams.filter((stream) => stream.isOpen()).length;
    const connections = await countConnections(client);
    // Both at once would be more files than many systems let one process open.
    for (const stream of streams) stream.end();
    await setTimeout(1_000);
    return toRows({ before, held, open, connections, bare: await measureBare() });
  } finally {
    for (const stream of streams) stream.end();
    await backend.stop();
    await client.end();
  }
}

type Measured = { before: number; held: number; open: number; connections: number; bare: number };

function toRows({ before, held, open, connections, bare }: Measured): Row[] {
  const each = ((held - before) * 1024) / STREAMS;
  return [
    row(`${count(STREAMS)} idle event streams: memory`, { value: held, unit: "MB" }, { at: "most", limit: 512 }),
    row("the same: memory a stream", { value: each, unit: "kB", digits: 1 }, undefined, {
      name: "bare Node server",
      value: bare,
    }),
    row("the same: still open after 25 s", { value: open, unit: "" }, { at: "least", limit: STREAMS }),
    row("the same: connections to PostgreSQL", { value: connections, unit: "" }, { at: "most", limit: 20 }),
  ];
}

/** The backend's. */
async function countConnections(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::int as "count" from pg_stat_activity where application_name = 'todo-backend'`,
  );
  return rows[0]?.count ?? 0;
}

const count = (n: number) => n.toLocaleString("en-US");

/** People who are signed in; straight into the tables, since a password takes long to hash. Gives their cookies. */
async function makeSessions(client: pg.Client, people: number, cookieName: string): Promise<string[]> {
  const cookies: string[] = [];
  for (let i = 0; i < people; i++) {
    const userId = randomUUID();
    const token = randomBytes(24).toString("base64url");
    await client.query(
      `with "made" as (
         insert into "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt")
         values ($1, 'Test', $1 || '@example.com', false, now(), now()) returning "id"
       )
       insert into "session" ("id", "expiresAt", "token", "createdAt", "updatedAt", "userId")
       select $2, now() + interval '1 day', $3, now(), now(), "id" from "made"`,
      [userId, randomUUID(), token],
    );
    const signature = createHmac("sha256", BENCH_SECRET).update(token).digest("base64");
    cookies.push(`${cookieName}=${encodeURIComponent(`${token}.${signature}`)}`);
  }
  return cookies;
}

type Stream = { isOpen: () => boolean; end: () => void };

async function openAll(url: string, cookieOf: (i: number) => string): Promise<Stream[]> {
  const streams: Stream[] = [];
  let next = 0;
  const openSome = async () => {
    for (let i = next++; i < STREAMS; i = next++) {
      streams.push(await openOne(url, cookieOf(i), `127.0.0.${2 + Math.floor(i / PER_ADDRESS)}`));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, openSome));
  return streams;
}

/** Opens a stream, and waits for its first event. */
function openOne(url: string, cookie: string, localAddress: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { headers: { cookie }, localAddress, agent: false }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`a stream was answered ${response.statusCode}`));
      let open = true;
      response.once("data", () => resolve({ isOpen: () => open, end: () => request.destroy() }));
      response.on("data", () => {});
      response.on("close", () => (open = false));
      response.on("error", () => (open = false));
    });
    request.on("error", reject);
  });
}

/** Kilobytes that each stream of a bare Node server takes. */
async function measureBare(): Promise<number> {
  const child = fork(fileURLToPath(import.meta.url), ["bare"], { execArgv: ["--max-semi-space-size=2"] });
  const [port] = (await once(child, "message")) as [number];
  const pid = child.pid ?? 0;
  const before = residentMegabytes(pid);
  const streams = await openAll(`http://127.0.0.1:${port}/`, () => "");
  await setTimeout(5_000);
  const held = residentMegabytes(pid);
  for (const stream of streams) stream.end();
  child.kill();
  return ((held - before) * 1024) / STREAMS;
}

if (process.argv[2] === "bare") {
  const server = http.createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": \n\n");
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (typeof address === "object") process.send?.(address?.port);
  });
}

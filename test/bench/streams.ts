import { randomUUID } from "node:crypto";
import http from "node:http";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import pg from "pg";
import { ROOT } from "../../scripts/local/paths.mjs";
import { signUp } from "../support/accounts.ts";
import { type Row, row } from "../support/figures.ts";
import { percentile } from "../support/percentile.ts";
import { type Database, startProcess } from "./backend.ts";

const ANSWERS = 100;
/** As many as one user may have running. */
const PER_USER = 3;
const TOKENS = 300;
const PER_SECOND = 30;

type Measured = { gaps: number[]; first: number[]; walKilobytes: number; commits: number; rows: number };

/**
 * 100 answers at once, of 300 tokens at 30 a second each, from a backend on one core; PostgreSQL and the readers have the
 * other. Beside a bare stream of the same tokens by the same process, and one that stores each token in a transaction.
 */
export async function measureStreams(database: Database): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`create table if not exists "twinTokens" ("id" uuid, "chunk" jsonb)`);
  const script = path.join(ROOT, "services/backend/test/scripted-backend.ts");
  const pace = { TOKENS: String(TOKENS), TOKEN_MS: String(1_000 / PER_SECOND) };
  const backend = await startProcess([script], { DATABASE_URL: database.url, ...pace }, { core: 0 });
  database.pin(1);
  const chats = await openChats(backend.url).catch(async (error: unknown) => {
    await backend.stop();
    await client.end();
    throw error;
  });
  const chat = (i: number) => chats[i % chats.length] ?? { path: "/", cookie: "" };
  const measure = async (name: string, ask: (i: number) => { path: string; cookie: string }) => {
    process.stderr.write(`  ${name}…\n`);
    return measureAnswers(client, backend.url, ask);
  };
  try {
    const ours = await measure("ours", chat);
    const bare = await measure("bare stream", (i) => ({ ...chat(i), path: "/twin" }));
    const stored = await measure("a transaction a token", (i) => ({ ...chat(i), path: "/twin/stored" }));
    return toRows(ours, bare, stored);
  } finally {
    await backend.stop();
    await client.end();
  }
}

function toRows(ours: Measured, bare: Measured, stored: Measured): Row[] {
  const gap = (share: number, limit?: number): Row =>
    row(
      `${ANSWERS} answers at ${PER_SECOND} tokens/s, one core: gap p${share * 100}`,
      { value: percentile(ours.gaps, share), unit: "ms" },
      limit === undefined ? undefined : { at: "most", limit },
      { name: "bare stream", value: percentile(bare.gaps, share) },
    );
  const perToken = "a transaction a token";
  const text = (TOKENS * " token".length) / 1_000;
  return [
    gap(0.5),
    gap(0.99, 60),
    row("the same: gap p99", { value: percentile(ours.gaps, 0.99), unit: "ms" }, undefined, {
      name: perToken,
      value: percentile(stored.gaps, 0.99),
    }),
    row("the same: first token, p50", { value: percentile(ours.first, 0.5), unit: "ms" }, undefined, {
      name: "bare stream",
      value: percentile(bare.first, 0.5),
    }),
    row(
      `the same: WAL an answer of ${TOKENS} tokens (${text} kB)`,
      { value: ours.walKilobytes, unit: "kB" },
      undefined,
      {
        name: perToken,
        value: stored.walKilobytes,
      },
    ),
    row("the same: transactions an answer", { value: ours.commits, unit: "", digits: 1 }, undefined, {
      name: perToken,
      value: stored.commits,
    }),
    row("the same: rows of its log", { value: ours.rows, unit: "", digits: 1 }),
  ];
}

async function openChats(url: string): Promise<{ path: string; cookie: string }[]> {
  const chats: { path: string; cookie: string }[] = [];
  while (chats.length < ANSWERS) {
    const { cookie } = await signUp(url);
    const headers = { cookie, "content-type": "application/json" };
    for (let i = 0; i < PER_USER && chats.length < ANSWERS; i++) {
      const response = await fetch(`${url}/api/conversations`, { method: "POST", headers, body: "{}" });
      const { id } = (await response.json()) as { id: string };
      chats.push({ path: `/api/conversations/${id}/messages`, cookie });
    }
  }
  return chats;
}

async function measureAnswers(
  client: pg.Client,
  url: string,
  ask: (i: number) => { path: string; cookie: string },
): Promise<Measured> {
  const before = await counters(client);
  const read = await Promise.all(
    Array.from({ length: ANSWERS }, async (_, i) => {
      // Spread over a second, as people are.
      await setTimeout((i * 1_000) / ANSWERS);
      const { path: where, cookie } = ask(i);
      return readTokens(`${url}${where}`, cookie);
    }),
  );
  const after = await counters(client);
  return {
    gaps: read.flatMap(({ gaps }) => gaps),
    first: read.map(({ first }) => first),
    walKilobytes: (after.wal - before.wal) / ANSWERS / 1_000,
    commits: (after.commits - before.commits) / ANSWERS,
    rows: (after.rows - before.rows) / ANSWERS,
  };
}

/** What the server has written so far. */
async function counters(client: pg.Client) {
  // Each process of the server tells its counts within a second or so.
  await setTimeout(2_000);
  const { rows } = await client.query<{ wal: string; commits: string; rows: string }>(
    `select pg_current_wal_lsn() - '0/0'::pg_lsn as "wal", pg_stat_get_db_xact_commit(oid) as "commits",
       pg_stat_get_tuples_inserted('"runChunks"'::regclass) as "rows"
     from pg_database where datname = current_database()`,
  );
  const [now] = rows;
  return { wal: Number(now?.wal), commits: Number(now?.commits), rows: Number(now?.rows) };
}

/** Milliseconds to the first token, and between what came after. */
function readTokens(url: string, cookie: string): Promise<{ first: number; gaps: number[] }> {
  const body = JSON.stringify({ id: randomUUID(), text: "Say something", timeZone: "Europe/Berlin" });
  const headers = { cookie, "content-type": "application/json" };
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", headers, agent: false }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`a message was answered ${response.statusCode}`));
      const times: number[] = [];
      response.on("data", (data: Buffer) => {
        if (data.includes("text-delta")) times.push(performance.now());
      });
      response.on("error", reject);
      response.on("end", () => {
        const [first] = times;
        if (first === undefined) return reject(new Error("an answer without a word"));
        resolve({ first: first - began, gaps: times.slice(1).map((at, i) => at - (times[i] ?? at)) });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

import pg from "pg";
import { signUp } from "../support/accounts.ts";
import { median, type Row, row } from "../support/figures.ts";
import { BACKEND_ARGS, type Backend, backendEnv, type Database, startProgram } from "./backend.ts";
import { keepOffServerCore, onServerCore } from "./cores.ts";
import { closedLoop, type Load, openLoop } from "./load.ts";
import { preparePython, startFastApi, startFastify } from "./twins/start.ts";

const TASKS = 10_000;
const WHAT = `50 of ${TASKS.toLocaleString("en-US")} tasks`;
const ROUNDS = 3;
const SECONDS = 4;
const CONNECTIONS = 20;

type Server = { name: string; start: () => Promise<Backend> };
type Measured = { name: string; peak: Load; at200: Load; at500: Load };

/**
 * Reading 50 of one user's 10,000 tasks, with the session looked up in the database and row security on, beside services
 * with the same guarantees as one would write them with Fastify and with FastAPI. Each server has one core, by turns;
 * PostgreSQL and the load have the rest.
 */
export async function measureTaskRead(database: Database): Promise<Row[]> {
  const letGo = [database.pid, process.pid].map(keepOffServerCore);
  const env = backendEnv(database.url);
  const python = preparePython();
  const fastApi = (name: string, module: string): Server[] =>
    python ? [{ name, start: () => startFastApi(python, module, env) }] : [];
  const servers: Server[] = [
    { name: "ours", start: () => startProgram(() => onServerCore([process.execPath, ...BACKEND_ARGS]), env) },
    { name: "Fastify", start: () => startFastify(env) },
    ...fastApi("FastAPI, asyncpg", "with_asyncpg"),
    ...fastApi("FastAPI, psycopg", "with_psycopg"),
  ];
  const [ours, ...twins] = await measureAll(database, servers).finally(() => {
    for (const each of letGo) each();
  });
  return ours ? rows(ours, twins) : [];
}

async function measureAll(database: Database, servers: readonly Server[]): Promise<Measured[]> {
  const running: { name: string; backend: Backend; peak: Load[]; at200: Load[]; at500: Load[] }[] = [];
  let cookie = "";
  try {
    for (const { name, start } of servers) {
      const backend = await start();
      running.push({ name, backend, peak: [], at200: [], at500: [] });
      // Ours comes first, and makes the account that all read.
      if (!cookie) {
        const who = await signUp(backend.url);
        ({ cookie } = who);
        await seed(database.url, who.userId);
      }
      await closedLoop(taskList(backend, cookie), CONNECTIONS, 2);
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const { backend, peak, at200, at500 } of running) {
        const target = taskList(backend, cookie);
        peak.push(await closedLoop(target, CONNECTIONS, SECONDS));
        at200.push(await openLoop(target, 200, SECONDS));
        at500.push(await openLoop(target, 500, SECONDS));
      }
    }
  } finally {
    for (const { backend } of running) await backend.stop();
  }
  return running.map(({ name, peak, at200, at500 }) => {
    return { name, peak: middle(peak), at200: middle(at200), at500: middle(at500) };
  });
}

export function taskList({ url, pid }: Pick<Backend, "url" | "pid">, cookie: string) {
  return { url: `${url}/api/tasks?limit=50`, headers: { cookie }, pid };
}

function middle(loads: readonly Load[]): Load {
  const of = (key: keyof Load) => median(loads.map((load) => load[key]));
  return { rate: of("rate"), cpuMs: of("cpuMs"), p50: of("p50"), p99: of("p99") };
}

function rows(ours: Measured, twins: readonly Measured[]): Row[] {
  const beside = (show: (of: Measured) => string) => twins.map((twin) => `${twin.name}: ${show(twin)}`).join(", ");
  const cpu = { value: ours.peak.cpuMs, unit: "ms", digits: 2 };
  const cpuRow = {
    ...row(`${WHAT}: CPU a request`, cpu, { at: "most", limit: 0.6 }),
    twin: beside(({ peak }) => `${peak.cpuMs.toFixed(2)} ms`),
  };
  const lines: Row[] = [
    // Only Linux tells a process's CPU time.
    ...(Number.isNaN(cpu.value) ? [] : [cpuRow]),
    {
      ...row(`${WHAT}: requests a second, ${CONNECTIONS} at once`, { value: ours.peak.rate, unit: "/s" }),
      twin: beside(({ peak }) => `${Math.round(peak.rate).toLocaleString("en-US")} /s`),
    },
  ];
  for (const [name, limit] of [
    ["Fastify", 1],
    ["FastAPI, asyncpg", 5],
  ] as const) {
    const twin = twins.find((each) => each.name === name);
    if (!twin) continue;
    const ratio = { value: ours.peak.rate / twin.peak.rate, unit: "×", digits: 2 };
    lines.push(row(`the same, over ${name}`, ratio, { at: "least", limit }));
  }
  for (const [at, rate, aims] of [
    ["at200", 200, []],
    ["at500", 500, [2, 15]],
  ] as const) {
    for (const [i, share] of (["p50", "p99"] as const).entries()) {
      const limit = aims[i];
      const time = { value: ours[at][share], unit: "ms", digits: 1 };
      lines.push({
        ...row(`${WHAT}: ${share} at ${rate}/s`, time, limit === undefined ? undefined : { at: "most", limit }),
        twin: beside((twin) => `${twin[at][share].toLocaleString("en-US", { maximumFractionDigits: 1 })} ms`),
      });
    }
  }
  return lines;
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

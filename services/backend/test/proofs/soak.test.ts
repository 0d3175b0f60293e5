import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Task } from "@todo/contract";
import type pg from "pg";
import { expect, it } from "vitest";
import { type Session, signUp } from "../../../../test/support/accounts.ts";
import { long, row, seedOf, tell } from "../../../../test/support/figures.ts";
import { percentile } from "../../../../test/support/percentile.ts";
import { Random } from "../_random.ts";
import { open } from "../faults/open.ts";
import { get, prepare } from "../faults/operation.ts";
import { sendAndRead } from "../faults/reader.ts";

/** How long people work on it; after a quarter of that, memory should not grow any more. */
const SECONDS = long ? 2 * 60 * 60 : 8;
/** What people do in a second. */
const PER_SECOND = 20;
const USERS = 20;
const SAMPLE_MS = long ? 15_000 : 500;
/** When this process itself stood still for so long, what was under way says nothing about the server. */
const STALL_MS = 2_000;
const GROWTH = { at: "most", limit: 0.5 } as const;

type Sample = { at: number; rssMb: number; files: number; connections: number };
type Request = { at: number; from: number; ms: number };

it("stays as it is while people work on it for hours", { timeout: (SECONDS + 120) * 1_000 }, async () => {
  const { stack, db, backend } = await open();
  await using _ = stack;
  await backend.start();
  const users = await Promise.all(Array.from({ length: USERS }, () => signUp(backend.url)));

  const random = new Random(seedOf(20_261_129));
  const began = performance.now();
  const samples: Sample[] = [];
  const reads: Request[] = [];
  const problems: string[] = [];
  const pending = new Set<Promise<void>>();
  const stalls: { from: number; to: number }[] = [];
  let done = 0;
  let last = began;
  while (last - began < SECONDS * 1_000) {
    await sleep(1_000 / PER_SECOND);
    const now = performance.now();
    const stalled = now - last > STALL_MS;
    if (stalled) stalls.push({ from: last, to: now });
    last = now;
    const chosen = deeds(random);
    const deed = chosen(backend.url, random.pick(users)).then(
      () => {
        done++;
        if (chosen === look) reads.push({ at: now - began, from: now, ms: performance.now() - now });
      },
      (error: unknown) => void problems.push(String(error)),
    );
    pending.add(deed);
    void deed.finally(() => pending.delete(deed));
    if ((samples.at(-1)?.at ?? -SAMPLE_MS) + SAMPLE_MS > now - began || stalled) continue;
    samples.push({ at: now - began, ...(await sample(backend.pid, db)) });
    if (samples.length % 40 === 0)
      process.stdout.write(`${Math.round((now - began) / 60_000)} min: ${told(samples)}\n`);
  }
  await Promise.all(pending);

  const hours = SECONDS / 3_600;
  const calm = samples.filter(({ at }) => at > (SECONDS * 1_000) / 4);
  const [first, second] = [samples.slice(0, samples.length / 2), samples.slice(samples.length / 2)];
  // What was under way while this process stood still waited for us, not for the server.
  const own = reads.filter(({ from, ms }) => !stalls.some((stall) => from <= stall.to && from + ms >= stall.from));
  const p99 = (from: number, to: number) =>
    percentile(
      own.filter(({ at }) => at >= from && at < to).map(({ ms }) => ms),
      0.99,
    );
  const most = (part: readonly Sample[], of: "files" | "connections") => Math.max(...part.map((one) => one[of]));
  const span = (SECONDS * 1_000) / 4;
  const what = `${done} deeds of ${USERS} people in ${hours.toFixed(2)} h`;
  tell(
    row(`${what}: most memory`, { value: Math.max(...samples.map(({ rssMb }) => rssMb)), unit: "MB" }),
    // In seconds memory still grows to what it needs.
    ...(long ? [row("the same: memory grows by", { value: slope(calm), unit: "MB/h", digits: 2 }, GROWTH)] : []),
    row("the same: open files, most in the second half", { value: most(second, "files"), unit: "" }, undefined, {
      name: "in the first",
      value: most(first, "files"),
    }),
    row("the same: connections, most in the second half", { value: most(second, "connections"), unit: "" }, undefined, {
      name: "in the first",
      value: most(first, "connections"),
    }),
    row("the same: a list, p99 of the last quarter", { value: p99(3 * span, 4 * span), unit: "ms" }, undefined, {
      name: "of the first",
      value: p99(0, span),
    }),
    row("the same: deeds that failed", { value: problems.length, unit: "" }, { at: "most", limit: 0 }),
  );
  if (stalls.length > 0) process.stdout.write(`This process stood still ${stalls.length} times; no time was taken.\n`);
  expect(problems.slice(0, 5)).toEqual([]);
  expect(done).toBeGreaterThan((SECONDS * PER_SECOND) / 4);
});

type Deed = (url: string, user: Session) => Promise<void>;

/** What one of the people does next: mostly they look, now and then they change something or talk. */
function deeds(random: Random): Deed {
  const dice = random.next();
  if (dice < 0.75) return look;
  if (dice < 0.9) return change;
  if (dice < 0.97) return watch;
  return talk;
}

async function look(url: string, user: Session): Promise<void> {
  await get(`${url}/api/tasks?limit=50`, user);
}

async function change(url: string, user: Session): Promise<void> {
  const ask = async (method: string, path: string, body?: object) => {
    const headers = { cookie: user.cookie, "content-type": "application/json" };
    const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const task = (await (await ask("POST", "/api/tasks", { title: "Water the plants" })).json()) as Task;
  await ask("PATCH", `/api/tasks/${task.id}`, { priority: "high" });
  await ask("DELETE", `/api/tasks/${task.id}`);
}

async function watch(url: string, { cookie }: Session): Promise<void> {
  const cut = AbortSignal.timeout(2_000);
  const response = await fetch(`${url}/api/events`, { headers: { cookie }, signal: cut });
  if (!response.ok) throw new Error(`GET /api/events: ${response.status}`);
  await response.text().catch((error: unknown) => {
    if (!cut.aborted) throw error;
  });
}

async function talk(url: string, user: Session): Promise<void> {
  const op = await prepare(url, user);
  const read = await sendAndRead(user, { ...op }, { urls: [url] });
  if (!read.done) throw new Error(`an answer did not end: ${read.refused ?? JSON.stringify(read.parts)}`);
}

async function sample(pid: number, db: pg.Pool): Promise<Omit<Sample, "at">> {
  const kB = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  const { rows } = await db.query<{ count: number }>(
    "select count(*)::int as count from pg_stat_activity where datname = current_database()",
  );
  return { rssMb: Number(kB) / 1_024, files: readdirSync(`/proc/${pid}/fd`).length, connections: rows[0]?.count ?? 0 };
}

/** By how many megabytes the memory grows in an hour: the slope of the line of least squares. */
function slope(samples: readonly Sample[]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const hours = samples.map(({ at }) => at / 3_600_000);
  const [x, y] = [mean(hours), mean(samples.map(({ rssMb }) => rssMb))];
  const over = mean(samples.map(({ rssMb }, i) => ((hours[i] ?? 0) - x) * (rssMb - y)));
  return over / mean(hours.map((hour) => (hour - x) ** 2));
}

function told(samples: readonly Sample[]): string {
  const { rssMb, files, connections } = samples.at(-1) ?? { rssMb: 0, files: 0, connections: 0 };
  return `${Math.round(rssMb)} MB, ${files} files, ${connections} connections`;
}

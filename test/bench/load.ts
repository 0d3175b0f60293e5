import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import autocannon from "autocannon";
import { percentile } from "../support/percentile.ts";

type Target = { url: string; headers: Record<string, string>; pid: number };

/** What a load found: requests a second, the server's CPU time a request, and percentiles of their time; all in ms. */
export type Load = { rate: number; cpuMs: number; p50: number; p99: number };

/** As many requests as are answered, over `connections` that each wait for their answer. */
export async function closedLoop({ url, headers, pid }: Target, connections: number, seconds: number): Promise<Load> {
  const before = cpuMsOf(pid);
  const result = await autocannon({ url, headers, connections, duration: seconds });
  const cpuMs = cpuMsOf(pid) - before;
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${result.non2xx + result.errors} requests failed`);
  const { p50, p99 } = result.latency;
  return { rate: result.requests.total / result.duration, cpuMs: cpuMs / result.requests.total, p50, p99 };
}

/** Timers fire on whole milliseconds: a request that is sent so much after it was due is on time. */
const TIMER_MS = 1;

/**
 * Requests at a fixed rate, however slowly they are answered. Each one's time counts from when it was due, so that a
 * server that stands still is charged for all who would have come meanwhile.
 */
export async function openLoop({ url, headers, pid }: Target, perSecond: number, seconds: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const total = perSecond * seconds;
  const times: number[] = [];
  const before = cpuMsOf(pid);
  const began = performance.now();
  const answers: Promise<void>[] = [];
  await new Promise<void>((resolve) => {
    const tick = () => {
      const now = performance.now();
      while (answers.length < total) {
        const due = began + (answers.length * 1_000) / perSecond;
        if (due > now) break;
        const counted = Math.min(now, due + TIMER_MS);
        answers.push(once(url, headers, agent).then(() => void times.push(performance.now() - counted)));
      }
      if (answers.length < total) setTimeout(tick, 1);
      else resolve();
    };
    tick();
  });
  await Promise.all(answers);
  const ended = performance.now();
  agent.destroy();
  return {
    rate: total / ((ended - began) / 1_000),
    cpuMs: (cpuMsOf(pid) - before) / total,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}

function once(url: string, headers: Record<string, string>, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent }, (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${url} was answered ${response.statusCode}`)),
      );
    });
    request.on("error", reject);
  });
}

const TICKS_A_SECOND = 100;

/** The CPU time that a process has had, all its threads together; NaN where the system does not tell (only Linux does). */
export function cpuMsOf(pid: number): number {
  if (process.platform !== "linux") return Number.NaN;
  // The name, in parentheses, may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_A_SECOND;
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

// node warm-up.mts <url> <program> [arguments]: starts a server, waits until the address answers 200, ends it. So V8's
// compile cache is on disk when the image is made, and a server that does not start fails the build.

const READY_MS = 60_000;
const END_MS = 20_000;
/** A server at rest uses no more than one tick of the CPU (10 ms) in this time. */
const REST_MS = 100;

const [url, program, ...args] = process.argv.slice(2);
if (!url || !program) throw new Error("usage: node warm-up.mts <url> <program> [arguments]");
const child = spawn(program, args, { stdio: "inherit" });
const exited = once(child, "exit");
try {
  await answers(url);
  await rests();
} catch (error) {
  child.kill("SIGKILL");
  throw error;
}
child.kill("SIGTERM");
const force = setTimeout(() => child.kill("SIGKILL"), END_MS);
const [code, signal] = await exited;
clearTimeout(force);
if (code !== 0) throw new Error(`${args.join(" ")} did not end well: ${signal ?? `exit code ${code}`}`);

async function answers(address: string): Promise<void> {
  const end = performance.now() + READY_MS;
  while (performance.now() < end) {
    if (child.exitCode !== null) throw new Error(`${args.join(" ")} ended with exit code ${child.exitCode}`);
    if ((await statusOf(address)) === 200) return;
    await sleep(50);
  }
  throw new Error(`${address} did not answer in ${READY_MS / 1000} s`);
}

/** A server may go on loading after it has begun to listen. One that never rests is ended all the same. */
async function rests(): Promise<void> {
  const end = performance.now() + READY_MS;
  const runs = () => child.exitCode === null && child.signalCode === null;
  for (let before = 0; runs() && performance.now() < end; await sleep(REST_MS)) {
    const used = cpuTicks();
    if (used - before <= 1) return;
    before = used;
  }
}

/** What the server's process has used so far, in user and kernel mode: fields 14 and 15 of proc_pid_stat(5). */
function cpuTicks(): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

/** Over a connection of its own, so that none is left for which the server would wait at its end. */
function statusOf(address: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get(address, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", () => resolve(undefined));
  });
}

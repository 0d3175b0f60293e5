import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { median, type Row, row } from "../support/figures.ts";
import type { Docker } from "./docker.ts";
import { imageName, SERVICES, type Service } from "./image-builds.ts";

const RUNS = 5;
const IDLE_MS = 10_000;
const SECRET = "only for this run, and 32 characters at least";

const BARE = `const server = require("node:http").createServer((request, response) => response.end("{}"));
server.listen(process.env.PORT);
process.on("SIGTERM", () => process.exit(0));`;

/** Reads addresses, and writes for each, once it has answered 200, how many milliseconds that took. */
const PROBE = `const ask = (url) => fetch(url, { signal: AbortSignal.timeout(5000) }).then((response) => response.status, () => 0);
require("node:readline").createInterface({ input: process.stdin }).on("line", async (url) => {
  const began = performance.now();
  while ((await ask(url)) !== 200) await new Promise((resolve) => setTimeout(resolve, 5));
  console.log(performance.now() - began);
});`;

type Measured = { readyMs: number; megabytes: number; stopMs: number };
type Container = { port: number; options: string[]; command: string[] };

/**
 * From `docker start` to the first 200 of /api/health, memory when idle, and how long `docker stop` takes; each beside a
 * bare Node server on the same base. The backend's health asks a PostgreSQL that runs beside it.
 */
export async function measureRuns(docker: Docker): Promise<Row[]> {
  const network = `${docker.prefix}-network`;
  const beside = [`--network=${network}`];
  await docker.run("network", "create", network);
  const postgres = `${docker.prefix}-postgres`;
  const account = ["--env=POSTGRES_USER=todo", "--env=POSTGRES_PASSWORD=todo"];
  await docker.run("run", "--detach", `--name=${postgres}`, ...beside, ...account, "postgres:18");
  const settings: Record<Service["name"], string[]> = {
    frontend: ["--env=BACKEND_URL=http://backend:8000"],
    backend: [`--env=DATABASE_URL=postgres://todo:todo@${postgres}/todo`, `--env=BETTER_AUTH_SECRET=${SECRET}`],
  };
  const rows: Row[] = [];
  const probe = startProbe(docker, network);
  try {
    for (const service of SERVICES) {
      const image = imageName(docker, service);
      const options = [...beside, "--read-only", "--tmpfs=/tmp", "--no-healthcheck", ...settings[service.name]];
      if (service.name === "backend") {
        await docker.run("run", "--rm", ...options, image, "node", "dist/migrate.js", "--wait");
      }
      const port = service.name === "backend" ? 8000 : 3000;
      const ours = { port, options, command: [image] };
      const bareOptions = [...beside, "--no-healthcheck", `--env=PORT=${port}`];
      const bare = { port, options: bareOptions, command: [service.base, "node", "--eval", BARE] };
      rows.push(...(await compare(docker, probe, service, ours, bare)));
    }
  } finally {
    probe.end();
  }
  return rows;
}

/** In turns, so that a machine whose speed moves is the same to both. */
async function compare(
  docker: Docker,
  probe: Probe,
  { title }: Service,
  ours: Container,
  bare: Container,
): Promise<Row[]> {
  const measured: Measured[] = [];
  const twins: Measured[] = [];
  for (let i = 0; i < RUNS; i++) {
    const idleMs = i === RUNS - 1 ? IDLE_MS : 0;
    measured.push(await measureOnce(docker, probe, ours, idleMs));
    twins.push(await measureOnce(docker, probe, bare, idleMs));
  }
  const name = "bare Node server";
  const ready = { value: median(measured.map(({ readyMs }) => readyMs)), unit: "ms" };
  const stop = { value: Math.max(...measured.map(({ stopMs }) => stopMs)) / 1_000, unit: "s", digits: 1 };
  const memory = { value: measured.at(-1)?.megabytes ?? Number.NaN, unit: "MB" };
  const twin = (value: number) => ({ name, value });
  return [
    row(
      `${title}: \`docker start\` to ready (median)`,
      ready,
      undefined,
      twin(median(twins.map(({ readyMs }) => readyMs))),
    ),
    row(`${title}: idle memory`, memory, undefined, twin(twins.at(-1)?.megabytes ?? Number.NaN)),
    row(`${title}: \`docker stop\` (slowest)`, stop, { at: "most", limit: 10 }),
  ];
}

async function measureOnce(
  docker: Docker,
  probe: Probe,
  { port, options, command }: Container,
  idleMs: number,
): Promise<Measured> {
  const name = `${docker.prefix}-measured`;
  await docker.run("create", `--name=${name}`, ...options, ...command);
  const ready = probe.ask(`http://${name}:${port}/api/health`);
  await docker.run("start", name);
  const readyMs = await ready;
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const megabytes = residentMegabytes(await docker.run("exec", name, "cat", "/proc/1/status"));
  const began = performance.now();
  await docker.run("stop", "-t", "30", name);
  const stopMs = performance.now() - began;
  await docker.run("rm", name);
  return { readyMs, megabytes, stopMs };
}

type Probe = { ask: (url: string) => Promise<number>; end: () => void };

/** Asks from within the network: on some systems containers can't be reached from outside. */
function startProbe(docker: Docker, network: string): Probe {
  const names = [`--name=${docker.prefix}-probe`, `--network=${network}`];
  const image = SERVICES[0]?.base ?? "";
  const args = ["run", "--interactive", ...names, image, "node", "--eval", PROBE];
  const child: ChildProcess = spawn("docker", args, { env: docker.env, stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`the container that asks others has ended with code ${code}`);
  });
  // Told to whoever waits for an answer; without one, it has ended because we are done.
  ended.catch(() => {});
  const ask = async (url: string) => {
    const line = once(lines, "line");
    child.stdin?.write(`${url}\n`);
    return Number((await Promise.race([line, ended]))[0]);
  };
  return { ask, end: () => child.stdin?.end() };
}

function residentMegabytes(status: string): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(status)?.[1];
  if (!kilobytes) throw new Error("the container does not tell its memory");
  return Number(kilobytes) / 1_024;
}

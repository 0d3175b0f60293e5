import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { BACKEND_FLAGS } from "../../scripts/local/app.ts";
import { ROOT } from "../../scripts/local/paths.mjs";
import { freePort } from "../../scripts/local/ports.mjs";
import { startPostgres } from "../../scripts/local/postgres.ts";
import { eventually } from "../support/eventually.ts";

/** Signs the cookies of the backends that are measured. */
export const BENCH_SECRET = "x".repeat(32);

const DIST = path.join(ROOT, "services/backend/dist");

export type Database = {
  url: string;
  adminUrl: string;
  pid: number;
  /** Has connections that are made from now on served by this core alone. */
  pin: (core: number) => void;
  stop: () => Promise<void>;
};

/** A PostgreSQL as `npm start` has it, fsync and all, on an empty folder. */
export async function startDatabase(): Promise<Database> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "todo-bench-"));
  const server = await startPostgres({ dataDir });
  const env = { ...process.env, DATABASE_URL: server.url, BETTER_AUTH_SECRET: BENCH_SECRET };
  const migrate = spawn(process.execPath, [path.join(DIST, "migrate.js")], { env, stdio: "ignore" });
  const [code] = await once(migrate, "exit");
  if (code !== 0) throw new Error("migrating failed");
  const stop = async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  const pin = (core: number) => {
    execFileSync("taskset", ["-cp", String(core), String(server.pid)], { stdio: "ignore" });
  };
  return { url: server.url, adminUrl: server.adminUrl, pid: server.pid, pin, stop };
}

export type Backend = { url: string; pid: number; listeningMs: number; stop: () => Promise<void> };

/**
 * Starts a script that will listen on PORT, on one core alone if `core` says which; `listeningMs` is from the spawn to the
 * first accepted connection.
 */
export function startProcess(
  args: string[],
  env: NodeJS.ProcessEnv,
  { core }: { core?: number } = {},
): Promise<Backend> {
  const pinned = core === undefined ? [] : ["taskset", "-c", String(core)];
  return startProgram(() => [...pinned, process.execPath, ...args], env);
}

/** The same for any program, whose command may need the port. */
export async function startProgram(
  commandFor: (port: number) => readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Backend> {
  const port = await freePort();
  const [command = "", ...args] = commandFor(port);
  const began = performance.now();
  const child = spawn(command, args, {
    env: { ...process.env, LOG_LEVEL: "error", ...env, PORT: String(port), HOST: "127.0.0.1" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://127.0.0.1:${port}`;
  const look = async () => {
    if (child.exitCode !== null) throw new Error(`the process ended with code ${child.exitCode}`);
    return accepts(port);
  };
  await eventually("the process listens", look, { everyMs: 2 });
  const listeningMs = performance.now() - began;
  const stop = async () => {
    const exited = once(child, "exit");
    child.kill("SIGTERM");
    await exited;
  };
  return { url, pid: child.pid ?? 0, listeningMs, stop };
}

/** Node's arguments for the backend as `npm start` runs it. */
export const BACKEND_ARGS = [...BACKEND_FLAGS, path.join(DIST, "main.js")];

export function backendEnv(databaseUrl: string): NodeJS.ProcessEnv {
  return { DATABASE_URL: databaseUrl, BETTER_AUTH_SECRET: BENCH_SECRET, BETTER_AUTH_URL: "http://localhost:3000" };
}

export function startBackend(databaseUrl: string): Promise<Backend> {
  return startProcess(BACKEND_ARGS, backendEnv(databaseUrl));
}

/** The memory that a process holds, in MB (VmRSS; Linux only). */
export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(status)?.[1];
  if (!kilobytes) throw new Error("this system does not tell a process's memory");
  return Number(kilobytes) / 1024;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const accepted = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return accepted;
}

import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findBinaries } from "./postgres/binaries.ts";
import { type Cluster, openCluster, prepareFolder } from "./postgres/cluster.ts";
import { adminUrl, answersAs, ensureDatabase } from "./postgres/database.ts";
import { disarmStalePidFile, findRunningServer, type RunningServer } from "./postgres/pid-file.ts";
import { chooseRunAs } from "./postgres/run-as.ts";
import { launchServer, stopServer } from "./postgres/server.ts";
import { isAlive, waitUntil } from "./processes.mjs";
import { UserError } from "./user-error.mjs";

/** How long a server that was left running may take to answer or to end before we call it stuck. */
const TAKE_OVER_MS = 30_000;
/** Test folders are named todo-test-<process>-<random>. */
const TEST_PREFIX = "todo-test-";

export type LocalPostgres = {
  /** The app's database, as the role that owns it. */
  url: string;
  /** The server's superuser. */
  adminUrl: string;
  pid: number;
  port: number;
  /** Whether it already ran. */
  tookOver: boolean;
  stop: () => Promise<void>;
  /** Stops it without ceremony; nothing that was committed is lost. */
  kill: () => Promise<void>;
  isRunning: () => boolean;
};

export type StartOptions = {
  /** The app's data folder; all of PostgreSQL's lies in `postgres` within. */
  dataDir: string;
  /** What is worth telling. */
  log?: (line: string) => void;
  /** The port to try first. */
  port?: number | undefined;
  /** For tests: faster, and what it holds may be lost with the power. */
  throwAway?: boolean;
};

/** Starts the PostgreSQL that npm installed, or takes over the one that still runs on this folder. */
export async function startPostgres(options: StartOptions): Promise<LocalPostgres> {
  const { dataDir, log = () => {}, port: wanted, throwAway = false } = options;
  mkdirSync(path.join(dataDir, "logs"), { recursive: true, mode: 0o700 });
  // The server names its folder by the real path, and we compare.
  const home = realpathSync(dataDir);
  const folder = path.join(home, "postgres");
  const logFile = path.join(home, "logs", "postgres.log");
  const binaries = await findBinaries();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const runAs = chooseRunAs(folder, binaries.postgres);
  prepareFolder(folder, runAs);
  const cluster = openCluster({ folder, binaries, runAs, sync: !throwAway });

  const running = await takeOver(cluster, log);
  if (!running) disarmStalePidFile(cluster.dataDir);
  const launch = { binaries, runAs, dataDir: cluster.dataDir, logFile, port: wanted, throwAway };
  const { pid, port } = running ?? (await launchServer(launch));
  const stop = (hard = false) => stopServer(pid, { dataDir: cluster.dataDir, binaries, hard });
  try {
    return {
      url: await ensureDatabase({ port, passwords: cluster.passwords, mayCreateDatabases: throwAway }),
      adminUrl: adminUrl(port, cluster.passwords.superuser),
      pid,
      port,
      tookOver: running !== undefined,
      stop: () => stop(),
      kill: () => stop(true),
      isRunning: () => isAlive(pid),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Starts a PostgreSQL for tests in a temporary folder, which `stop` removes. The role of its `url` may make databases. */
export async function startTestPostgres(): Promise<LocalPostgres> {
  await removeLeftOvers();
  const dataDir = mkdtempSync(path.join(tmpdir(), `${TEST_PREFIX}${process.pid}-`));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const server = await startPostgres({ dataDir, throwAway: true });
    return { ...server, stop: () => server.kill().then(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Ends and removes the servers of tests that were killed: the folder's name says whose it was. */
async function removeLeftOvers(): Promise<void> {
  const binaries = await findBinaries();
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(TEST_PREFIX))) {
    const folder = path.join(tmpdir(), name);
    const ofOthers = statSync(folder).uid !== (process.getuid?.() ?? statSync(folder).uid);
    if (ofOthers || isAlive(Number.parseInt(name.slice(TEST_PREFIX.length), 10))) continue;
    const dataDir = path.join(folder, "postgres", "data");
    const server = findRunningServer(dataDir);
    if (server) await stopServer(server.pid, { dataDir, binaries, hard: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

async function takeOver({ dataDir, passwords }: Cluster, log: (line: string) => void) {
  const first = findRunningServer(dataDir);
  if (!first) return undefined;
  let found: RunningServer | undefined;
  const settled = await waitUntil(async () => {
    const server = findRunningServer(dataDir);
    found = server?.ready && (await answersAs(server.port, passwords.superuser, dataDir)) ? server : undefined;
    return found !== undefined || !server;
  }, TAKE_OVER_MS);
  if (!settled) {
    throw new UserError(
      `a PostgreSQL (process ${first.pid}) works on ${dataDir} and does not answer: end it and start again`,
    );
  }
  if (found) log(`The database of the last time still runs (process ${found.pid}); taking it over.`);
  return found;
}

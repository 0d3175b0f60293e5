import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { findBinaries } from "./postgres/binaries.mjs";
import { openCluster, prepareFolder } from "./postgres/cluster.mjs";
import { answersAs, databaseUrl, ensureDatabase } from "./postgres/database.mjs";
import { disarmStalePidFile, findRunningServer } from "./postgres/pid-file.mjs";
import { chooseRunAs } from "./postgres/run-as.mjs";
import { launchServer, stopServer } from "./postgres/server.mjs";
import { isAlive, waitUntil } from "./processes.mjs";
import { UserError } from "./user-error.mjs";

/** How long a server that was left running may take to answer or to end before we call it stuck. */
const TAKE_OVER_MS = 30_000;
/** Test folders are named todo-test-<process>-<random>. */
const TEST_PREFIX = "todo-test-";

/**
 * @typedef {object} LocalPostgres
 * @property {string} url the app's database, as the role that owns it
 * @property {string} adminUrl the server's superuser
 * @property {number} pid
 * @property {number} port
 * @property {boolean} tookOver whether it already ran
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} kill stops it without ceremony; nothing that was committed is lost
 * @property {() => boolean} isRunning
 *
 * @typedef {object} StartOptions
 * @property {string} dataDir the app's data folder; all of PostgreSQL's lies in `postgres` within
 * @property {(line: string) => void} [log] what is worth telling
 * @property {number} [port] the port to try first
 * @property {boolean} [throwAway] for tests: faster, and what it holds may be lost with the power
 */

/**
 * Starts the PostgreSQL that npm installed, or takes over the one that still runs on this folder.
 * @param {StartOptions} options
 * @returns {Promise<LocalPostgres>}
 */
export async function startPostgres({ dataDir, log = () => {}, port, throwAway = false }) {
  mkdirSync(path.join(dataDir, "logs"), { recursive: true });
  // The server names its folder by the real path, and we compare.
  const home = realpathSync(dataDir);
  const folder = path.join(home, "postgres");
  const logFile = path.join(home, "logs", "postgres.log");
  const binaries = await findBinaries();
  const runAs = chooseRunAsFor(folder, binaries.postgres);
  const cluster = openCluster({ folder, binaries, runAs, sync: !throwAway });

  const running = await takeOver(cluster, log);
  if (!running) {
    disarmStalePidFile(cluster.dataDir);
  }
  const { pid, port: actualPort } =
    running ?? (await launchServer({ binaries, runAs, dataDir: cluster.dataDir, logFile, port, throwAway }));
  const stop = (hard = false) => stopServer(pid, { dataDir: cluster.dataDir, binaries, hard });
  try {
    const url = await ensureDatabase({
      port: actualPort,
      passwords: cluster.passwords,
      mayCreateDatabases: throwAway,
    });
    const adminUrl = databaseUrl({
      port: actualPort,
      user: "postgres",
      password: cluster.passwords.superuser,
      database: "postgres",
    });
    return {
      url,
      adminUrl,
      pid,
      port: actualPort,
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

/**
 * Starts a PostgreSQL for tests in a temporary folder, which `stop` removes. The role of its `url` may make databases.
 * @returns {Promise<LocalPostgres>}
 */
export async function startTestPostgres() {
  await removeLeftOvers();
  const dataDir = mkdtempSync(path.join(tmpdir(), `${TEST_PREFIX}${process.pid}-`));
  const remove = () => rmSync(dataDir, { recursive: true, force: true });
  try {
    const server = await startPostgres({ dataDir, throwAway: true });
    return {
      ...server,
      stop: async () => {
        await server.kill();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Ends and removes the servers of tests that were killed: the folder's name says whose it was. */
async function removeLeftOvers() {
  const binaries = await findBinaries();
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(TEST_PREFIX))) {
    const folder = path.join(tmpdir(), name);
    const ofOthers = statSync(folder).uid !== (process.getuid?.() ?? statSync(folder).uid);
    if (ofOthers || isAlive(Number.parseInt(name.slice(TEST_PREFIX.length), 10))) {
      continue;
    }
    const dataDir = path.join(folder, "postgres", "data");
    const server = findRunningServer(dataDir);
    if (server) {
      await stopServer(server.pid, { dataDir, binaries, hard: true });
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @param {string} postgres
 */
function chooseRunAsFor(folder, postgres) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const runAs = chooseRunAs(folder, postgres);
  prepareFolder(folder, runAs);
  return runAs;
}

/**
 * @param {import("./postgres/cluster.mjs").Cluster} cluster
 * @param {(line: string) => void} log
 */
async function takeOver({ dataDir, passwords }, log) {
  const first = findRunningServer(dataDir);
  if (!first) {
    return undefined;
  }
  let answers = false;
  const settled = await waitUntil(async () => {
    const server = findRunningServer(dataDir);
    answers =
      server?.ready === true &&
      (await answersAs({ port: server.port, superuserPassword: passwords.superuser, dataDir }));
    return answers || !server;
  }, TAKE_OVER_MS);
  if (!settled) {
    throw new UserError(
      `a PostgreSQL (process ${first.pid}) works on ${dataDir} and does not answer: end it and start again`,
    );
  }
  const server = findRunningServer(dataDir);
  if (!answers || !server) {
    return undefined;
  }
  log(`The database of the last time still runs (process ${server.pid}); taking it over.`);
  return server;
}

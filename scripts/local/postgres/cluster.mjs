import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { errorCode, UserError } from "../user-error.mjs";
import { rootFolder } from "./run-as.mjs";

/** The major version of the binaries; a data folder of another one can't be opened by them. */
const POSTGRES_MAJOR = "18";

/**
 * @typedef {object} Cluster
 * @property {string} folder all that PostgreSQL keeps
 * @property {string} dataDir its data within
 * @property {{ superuser: string, owner: string }} passwords
 */

/**
 * Makes the folder that PostgreSQL works in, with the owner that it insists on.
 * @param {string} folder
 * @param {import("./run-as.mjs").RunAs} runAs
 */
export function prepareFolder(folder, runAs) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  own(folder, runAs);
}

/**
 * Opens the cluster in a folder, or makes one. What was interrupted half way is made anew: the data appears under its
 * name only when it is whole.
 * @param {{ folder: string, binaries: import("./binaries.mjs").Binaries, runAs: import("./run-as.mjs").RunAs,
 *   sync?: boolean }} options
 * @returns {Cluster}
 */
export function openCluster({ folder, binaries, runAs, sync = true }) {
  const dataDir = path.join(folder, "data");
  const exists = existsSync(path.join(dataDir, "PG_VERSION"));
  checkClusterVersion(folder);
  const passwords = {
    superuser: password(path.join(folder, "superuser-password"), exists, runAs),
    owner: password(path.join(folder, "owner-password"), exists, runAs),
  };
  if (!exists) {
    const half = path.join(folder, "data.new");
    rmSync(half, { recursive: true, force: true });
    initdb({ into: half, passwordFile: path.join(folder, "superuser-password"), binaries, runAs, sync });
    renameSync(half, dataDir);
  }
  return { folder, dataDir, passwords };
}

/**
 * Refuses data that another major version of PostgreSQL wrote.
 * @param {string} folder
 */
export function checkClusterVersion(folder) {
  const file = path.join(folder, "data", "PG_VERSION");
  const version = existsSync(file) ? readFileSync(file, "utf8").trim() : POSTGRES_MAJOR;
  if (version !== POSTGRES_MAJOR) {
    throw new UserError(
      `${folder} was written by PostgreSQL ${version} and this program runs ${POSTGRES_MAJOR}: ` +
        "use the program's version that wrote it, or start with another DATA_DIR",
    );
  }
}

/**
 * @param {{ into: string, passwordFile: string, binaries: import("./binaries.mjs").Binaries,
 *   runAs: import("./run-as.mjs").RunAs, sync: boolean }} options
 */
function initdb({ into, passwordFile, binaries, runAs, sync }) {
  const command = runAs.command(binaries.initdb, [
    `--pgdata=${into}`,
    "--username=postgres",
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
    "--encoding=UTF8",
    // The built-in locale sorts the same on every machine and needs none of the system's.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--no-instructions",
    ...(sync ? [] : ["--no-sync"]),
  ]);
  const result = spawnSync(command.program, command.args, {
    ...command.options,
    cwd: rootFolder(),
    env: serverEnvironment(),
    encoding: "utf8",
  });
  if (result.error || result.status !== 0) {
    const lines = (result.stderr ?? "").split("\n").filter((line) => /error|fatal/i.test(line));
    const reason = lines.at(-1) ?? result.error?.message ?? `it ended with ${result.status ?? result.signal}`;
    const advice = /no space left/i.test(reason)
      ? "free some space, or set DATA_DIR to another disk"
      : "mend that and start again";
    const words = reason.replace(/^.*?(FATAL|ERROR|error): +/i, "").trim();
    throw new UserError(`the database could not be made in ${into} (${words}): ${advice}`);
  }
}

/**
 * The variables that PostgreSQL's programs get: none of the caller's, whose PG* or LC_* would change what they do.
 * @returns {NodeJS.ProcessEnv}
 */
export function serverEnvironment() {
  const { PATH, SystemRoot, TEMP, TMPDIR } = process.env;
  return { PATH, SystemRoot, TEMP, TMPDIR, LC_ALL: "C", LANG: "C" };
}

/**
 * @param {string} file
 * @param {boolean} mustExist
 * @param {import("./run-as.mjs").RunAs} runAs
 */
function password(file, mustExist, runAs) {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if (errorCode(error) === "EACCES") {
      throw new UserError(`${file} belongs to another user: run npm start as that user, or set another DATA_DIR`, {
        cause: error,
      });
    }
    if (errorCode(error) !== "ENOENT") {
      throw error;
    }
    if (mustExist) {
      throw new UserError(`${file} is missing, so the database can't be opened: put it back from a copy`, {
        cause: error,
      });
    }
  }
  const value = randomBytes(24).toString("base64url");
  const half = `${file}.new`;
  writeFileSync(half, `${value}\n`, { mode: 0o600 });
  own(half, runAs);
  renameSync(half, file);
  return value;
}

/**
 * @param {string} target
 * @param {import("./run-as.mjs").RunAs} runAs
 */
function own(target, { owner }) {
  if (owner) {
    chownSync(target, owner.uid, owner.gid);
  }
}

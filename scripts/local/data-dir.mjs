import { randomBytes } from "node:crypto";
import { accessSync, constants, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { takeLock } from "./lock.mjs";
import { SECRET_CHARACTERS } from "./settings.mjs";
import { errorCode, UserError } from "./user-error.mjs";

/** Raised when an older program could no longer read what a newer one wrote. */
const FORMAT = 1;

/** @param {string} dataDir */
export function lockFile(dataDir) {
  return path.join(dataDir, "lock");
}

/**
 * Makes the data folder, or checks the one that is there: that we may write to it and that no newer version wrote it.
 * @param {string} dataDir
 */
export function openDataDir(dataDir) {
  try {
    // Root's PostgreSQL runs as another user, who must be able to pass through.
    mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    checkFormat(dataDir);
    mkdirSync(path.join(dataDir, "logs"), { recursive: true });
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof UserError || code === undefined) throw error;
    const reason = code === "ENOSPC" ? "the disk is full" : code;
    throw new UserError(
      `the data folder ${dataDir} can't be written (${reason}): choose another, for example DATA_DIR=~/todo-data npm start`,
      { cause: error },
    );
  }
}

/**
 * Takes the data folder for this process alone.
 * @param {string} dataDir
 * @param {string} address what the one who has it shows
 */
export async function lockDataDir(dataDir, address) {
  const lock = await takeLock(lockFile(dataDir), address);
  if ("holder" in lock) throw alreadyRunning(dataDir, lock.holder);
  return lock;
}

/**
 * @param {string} dataDir
 * @param {import("./lock.mjs").Holder} holder
 */
export function alreadyRunning(dataDir, { pid, note }) {
  return new UserError(
    `the app already runs on ${dataDir} (process ${pid}, ${note}): open that, ` +
      "or start a second one with another DATA_DIR, PORT and BACKEND_PORT",
  );
}

/**
 * The secret that signs sessions: the given one, or one that is made once and kept beside the data.
 * @param {string} dataDir
 * @param {string | undefined} given
 */
export function authSecret(dataDir, given) {
  if (given !== undefined) return given;
  const file = path.join(dataDir, "auth-secret");
  try {
    const kept = readFileSync(file, "utf8").trim();
    if (kept.length < SECRET_CHARACTERS) {
      throw new UserError(`${file} is damaged: put it back from a copy, or delete it and everyone signs in again`);
    }
    return kept;
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
  const secret = randomBytes(32).toString("base64url");
  writeWhole(file, `${secret}\n`);
  return secret;
}

/** @param {string} dataDir */
function checkFormat(dataDir) {
  const file = path.join(dataDir, "version.json");
  let format;
  try {
    format = JSON.parse(readFileSync(file, "utf8")).format;
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      writeWhole(file, `${JSON.stringify({ format: FORMAT })}\n`);
      return;
    }
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (!Number.isInteger(format)) {
    throw new UserError(`${file} is damaged: write {"format":${FORMAT}} into it, or start with another DATA_DIR`);
  }
  if (format > FORMAT) {
    throw new UserError(
      `${dataDir} was written by a newer version of this program (format ${format}, this one knows ${FORMAT}): ` +
        "update the program, or start with another DATA_DIR",
    );
  }
}

/**
 * A reader, or a crash, sees the whole file or none.
 * @param {string} file
 * @param {string} content
 */
function writeWhole(file, content) {
  const half = `${file}.new`;
  writeFileSync(half, content, { mode: 0o600, flush: true });
  renameSync(half, file);
}

import { randomBytes } from "node:crypto";
import { accessSync, chmodSync, constants, mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { lockHolder, takeLock } from "./lock.mjs";
import { SECRET_CHARACTERS } from "./settings.mjs";
import { readIfAny } from "./stamps.mjs";
import { errorCode, UserError } from "./user-error.mjs";

/** Raised when an older program could no longer read what a newer one wrote. */
const FORMAT = 1;

/**
 * Makes the data folder, or checks the one that is there: that we may write to it, that no newer version wrote it, and
 * that nobody else uses it.
 * @param {string} dataDir
 */
export function openDataDir(dataDir) {
  try {
    // Root's PostgreSQL runs as another user, who must be able to pass through.
    mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    checkFormat(dataDir);
    // Logs say who did what; a folder that was made before is closed, too.
    const logs = path.join(dataDir, "logs");
    mkdirSync(logs, { recursive: true, mode: 0o700 });
    chmodSync(logs, 0o700);
  } catch (error) {
    const code = errorCode(error);
    if (error instanceof UserError || code === undefined) throw error;
    const reason = code === "ENOSPC" ? "the disk is full" : code;
    const advice = "choose another, for example DATA_DIR=~/todo-data npm start";
    throw new UserError(`the data folder ${dataDir} can't be written (${reason}): ${advice}`, { cause: error });
  }
  refuseHolder(dataDir, lockHolder(path.join(dataDir, "lock")));
}

/**
 * Takes the data folder for this process alone.
 * @param {string} dataDir
 * @param {string} address what the one who has it shows
 */
export async function lockDataDir(dataDir, address) {
  const lock = await takeLock(path.join(dataDir, "lock"), address);
  return "release" in lock ? lock : refuseHolder(dataDir, lock.holder);
}

/**
 * @param {string} dataDir
 * @param {import("./lock.mjs").Holder | undefined} holder
 */
function refuseHolder(dataDir, holder) {
  if (holder === undefined) return undefined;
  throw new UserError(
    `the app already runs on ${dataDir} (process ${holder.pid}, ${holder.note}): open that, ` +
      "or start a second one with another DATA_DIR, PORT and BACKEND_PORT",
  );
}

/**
 * The secret that signs sessions: the given one, or one that is made once and kept beside the data.
 * @param {string} dataDir
 * @param {string | undefined} given
 */
export function authSecret(dataDir, given) {
  const file = path.join(dataDir, "auth-secret");
  const found = given ?? readIfAny(file)?.trim();
  if (found === undefined) {
    const made = randomBytes(32).toString("base64url");
    writeWhole(file, `${made}\n`);
    return made;
  }
  if (found.length >= SECRET_CHARACTERS) return found;
  throw new UserError(`${file} is damaged: put it back from a copy, or delete it and everyone signs in again`);
}

/** @param {string} dataDir */
function checkFormat(dataDir) {
  const file = path.join(dataDir, "version.json");
  const text = readIfAny(file);
  if (text === undefined) {
    writeWhole(file, `${JSON.stringify({ format: FORMAT })}\n`);
    return;
  }
  let format = Number.NaN;
  try {
    ({ format } = JSON.parse(text));
  } catch {
    // Cut off: damaged.
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
export function writeWhole(file, content) {
  const half = `${file}.new`;
  writeFileSync(half, content, { mode: 0o600, flush: true });
  renameSync(half, file);
}

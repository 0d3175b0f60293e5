import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { PassThrough, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errorCode, UserError } from "../local/user-error.mjs";
import type { Place } from "./place.ts";
import { counting } from "./progress.ts";
import { runClient } from "./run-client.ts";
import { CLEAR, COUNT_PEOPLE, GRANT, LOOK } from "./statements.ts";

const PSQL = ["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"];
const UNPACK = ["--file=-", "--no-owner", "--no-privileges", "--no-comments"];

/**
 * Fills a database from a file that `dump` wrote, in one transaction: all of it is there then, or nothing has changed.
 * @param replace what is there may go
 * @throws UserError where the file is no backup of this app, or where the database holds something and may not be replaced
 */
export async function fill(place: Place, file: string, replace: boolean, signal: AbortSignal): Promise<void> {
  const size = await assertBackup(place, file, signal);
  const holds = await whatItHolds(place, signal);
  if (holds !== undefined && !replace) {
    throw new UserError(
      `${place.name} is not empty, it holds ${holds}: nothing was changed. Add --replace to put the backup in the place of all ` +
        "that is there; npm run backup saves that first",
    );
  }
  const script = new PassThrough();
  // What ends before its commit changes nothing.
  script.write(`begin;\n${CLEAR}`);
  const applied = runClient(place.command("psql", [...PSQL, "--file=-"]), signal, { from: script });
  applied.catch(() => script.destroy());
  const packed = new PassThrough();
  const read = pipeline(createReadStream(file), counting("restored", size), packed);
  read.catch(() => undefined);
  const plain = forAnyServer();
  const piped = pipeline(plain, script, { end: false });
  piped.catch(() => undefined);
  try {
    await runClient(place.command("pg_restore", UNPACK), signal, { from: packed, to: plain });
    await piped;
  } catch (error) {
    script.destroy();
    // Where the database refused, its words say more.
    await applied;
    throw error;
  }
  script.end(`\nset search_path = public;\n${GRANT}commit;\n`);
  await applied;
}

/** What a database holds that would be lost; undefined where that is nothing, as right after its migration. */
async function whatItHolds(place: Place, signal: AbortSignal): Promise<string | undefined> {
  const ask = async (question: string) => runClient(place.command("psql", [...PSQL, `--command=${question}`]), signal);
  const [tables = 0, isOurs = 0] = (await ask(LOOK)).trim().split("|").map(Number);
  if (tables === 0) return undefined;
  if (isOurs === 0) return tables === 1 ? "a table of something else" : `${tables} tables of something else`;
  const people = Number(await ask(COUNT_PEOPLE));
  if (people === 0) return undefined;
  return people === 1 ? "an account" : `${people} accounts`;
}

/** @returns the file's size in bytes */
async function assertBackup(place: Place, file: string, signal: AbortSignal): Promise<number> {
  let size = 0;
  try {
    ({ size } = await stat(file));
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new UserError(`there is no file ${file}`);
  }
  const list = await runClient(place.command("pg_restore", ["--list"]), signal, { from: createReadStream(file) }).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      throw new UserError(`${file} can't be read as a backup. ${error instanceof Error ? error.message : error}`);
    },
  );
  if (!/ TABLE DATA public kysely_migration /.test(list)) throw new UserError(`${file} is a backup of something else`);
  return size;
}

/** Takes out of a script's head the one setting that PostgreSQL 16 and older do not know; it has that value anyway. */
function forAnyServer(): Transform {
  let isHead = true;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const head = isHead
        ? Buffer.from(chunk.toString("latin1").replace("SET transaction_timeout = 0;", ""), "latin1")
        : chunk;
      isHead = false;
      done(null, head);
    },
  });
}

import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errorCode, UserError } from "../local/user-error.mjs";
import type { Place } from "./place.ts";
import { counting } from "./progress.ts";
import { runClient } from "./run-client.ts";

/** All but what belongs to the server or to the database's name, which `fill` makes anew: owners and rights. */
const DUMP = ["--format=custom", "--no-owner", "--no-privileges", "--no-comments", "--no-unlogged-table-data"];

/**
 * Writes everything of a database into a file, in pg_dump's custom format, that only its owner may read. The app may go on
 * meanwhile: the file holds one moment. It is there whole or not at all.
 * @returns its size in bytes
 * @throws UserError where the file is there already, or with pg_dump's own words
 */
export async function dump(place: Place, file: string, signal: AbortSignal): Promise<number> {
  await refuseExisting(file);
  const half = `${file}.part`;
  try {
    const sink = new PassThrough();
    const written = pipeline(sink, counting("saved"), createWriteStream(half, { mode: 0o600 }));
    await Promise.all([runClient(place.command("pg_dump", DUMP), signal, { to: sink }), written]);
    const handle = await open(half, "r");
    await handle.sync();
    await handle.close();
    await rename(half, file);
  } catch (error) {
    await rm(half, { force: true });
    throw error;
  }
  return (await stat(file)).size;
}

async function refuseExisting(file: string): Promise<void> {
  try {
    await stat(file);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  throw new UserError(`${file} is there already: give another name`);
}

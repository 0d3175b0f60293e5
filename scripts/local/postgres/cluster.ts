import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execaSync } from "execa";
import { checkPostgresVersion } from "../check-place.mjs";
import { readStamp } from "../stamps.mjs";
import { errorCode, UserError } from "../user-error.mjs";
import type { Binaries } from "./binaries.ts";
import { type RunAs, rootFolder } from "./run-as.ts";

export type Cluster = {
  /** All that PostgreSQL keeps. */
  folder: string;
  /** Its data within. */
  dataDir: string;
  passwords: { superuser: string; owner: string };
};

/** Makes the folder that PostgreSQL works in, with the owner that it insists on. */
export function prepareFolder(folder: string, runAs: RunAs): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  own(folder, runAs);
}

/**
 * Opens the cluster in a folder, or makes one. What was interrupted half way is made anew: the data appears under its
 * name only when it is whole.
 */
export function openCluster(options: { folder: string; binaries: Binaries; runAs: RunAs; sync?: boolean }): Cluster {
  const { folder, binaries, runAs, sync = true } = options;
  const dataDir = path.join(folder, "data");
  const exists = existsSync(path.join(dataDir, "PG_VERSION"));
  checkPostgresVersion(folder);
  const superuserFile = path.join(folder, "superuser-password");
  const passwords = {
    superuser: password(superuserFile, exists, runAs),
    owner: password(path.join(folder, "owner-password"), exists, runAs),
  };
  if (!exists) {
    const half = path.join(folder, "data.new");
    rmSync(half, { recursive: true, force: true });
    initdb({ into: half, passwordFile: superuserFile, binaries, runAs, sync });
    renameSync(half, dataDir);
  }
  return { folder, dataDir, passwords };
}

type Initdb = { into: string; passwordFile: string; binaries: Binaries; runAs: RunAs; sync: boolean };

function initdb({ into, passwordFile, binaries, runAs, sync }: Initdb): void {
  const { program, args, options } = runAs.command(binaries.initdb, [
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
  const place = { ...options, cwd: rootFolder(), env: serverEnvironment(), extendEnv: false };
  const result = execaSync(program, args, { ...place, reject: false });
  if (!result.failed) return;
  const lines = (result.stderr ?? "").split("\n").filter((line) => /error|fatal/i.test(line));
  const reason = lines.at(-1) ?? result.shortMessage ?? "";
  const full = /no space left/i.test(reason);
  const advice = full ? "free some space, or set DATA_DIR to another disk" : "mend that and start again";
  const words = reason.replace(/^.*?(FATAL|ERROR|error): +/i, "").trim();
  throw new UserError(`the database could not be made in ${into} (${words}): ${advice}`);
}

/** The variables that PostgreSQL's programs get: none of the caller's, whose PG* or LC_* would change what they do. */
export function serverEnvironment(): Record<string, string | undefined> {
  const { PATH, SystemRoot, TEMP, TMPDIR } = process.env;
  return { PATH, SystemRoot, TEMP, TMPDIR, LC_ALL: "C", LANG: "C" };
}

function password(file: string, mustExist: boolean, runAs: RunAs): string {
  const kept = readOwn(file);
  if (kept !== undefined) return kept;
  if (mustExist) throw new UserError(`${file} is missing, so the database can't be opened: put it back from a copy`);
  const value = randomBytes(24).toString("base64url");
  const half = `${file}.new`;
  writeFileSync(half, `${value}\n`, { mode: 0o600 });
  own(half, runAs);
  renameSync(half, file);
  return value;
}

function readOwn(file: string): string | undefined {
  try {
    return readStamp(file);
  } catch (error) {
    if (errorCode(error) !== "EACCES") throw error;
    const advice = "run npm start as that user, or set another DATA_DIR";
    throw new UserError(`${file} belongs to another user: ${advice}`, { cause: error });
  }
}

function own(target: string, { owner }: RunAs): void {
  if (owner) chownSync(target, owner.uid, owner.gid);
}

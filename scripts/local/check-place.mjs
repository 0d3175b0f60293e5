import path from "node:path";
import { openDataDir } from "./data-dir.mjs";
import { assertPortFree } from "./ports.mjs";
import { readStamp } from "./stamps.mjs";
import { UserError } from "./user-error.mjs";

/** The major version of npm's PostgreSQL; a data folder of another one can't be opened by it. */
const POSTGRES_MAJOR = "18";

/**
 * Refuses, before any long work, what can't go well: a data folder that is closed or in use, a port that is taken.
 * @param {import("./settings.mjs").Settings} settings
 */
export async function checkPlace({ dataDir, databaseUrl, port, backendPort }) {
  openDataDir(dataDir);
  if (databaseUrl === undefined) checkPostgresVersion(path.join(dataDir, "postgres"));
  await assertPortFree(port, "PORT");
  await assertPortFree(backendPort, "BACKEND_PORT");
}

/** Refuses data that another major version of PostgreSQL wrote. @param {string} folder */
export function checkPostgresVersion(folder) {
  const version = readStamp(path.join(folder, "data", "PG_VERSION")) ?? POSTGRES_MAJOR;
  if (version === POSTGRES_MAJOR) return;
  throw new UserError(
    `${folder} was written by PostgreSQL ${version} and this program runs ${POSTGRES_MAJOR}: ` +
      "use the program's version that wrote it, or start with another DATA_DIR",
  );
}

import path from "node:path";
import { alreadyRunning, lockFile, openDataDir } from "./data-dir.mjs";
import { lockHolder } from "./lock.mjs";
import { assertPortFree } from "./ports.mjs";
import { checkClusterVersion } from "./postgres/cluster.mjs";

/**
 * Refuses, before any long work, what can't go well: a data folder that is closed or in use, a port that is taken.
 * @param {import("./settings.mjs").Settings} settings
 */
export async function checkPlace({ dataDir, databaseUrl, port, backendPort }) {
  openDataDir(dataDir);
  if (databaseUrl === undefined) {
    checkClusterVersion(path.join(dataDir, "postgres"));
  }
  const holder = lockHolder(lockFile(dataDir));
  if (holder) {
    throw alreadyRunning(dataDir, holder);
  }
  await assertPortFree(port, "PORT");
  await assertPortFree(backendPort, "BACKEND_PORT");
}

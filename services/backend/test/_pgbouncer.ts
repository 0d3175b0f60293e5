import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { freePort } from "../../../scripts/local/ports.mjs";
import { eventually } from "../../../test/support/eventually.ts";
import { sql } from "./_harness.ts";

/** Debian puts it where only root looks. */
const PATH = `${process.env["PATH"]}:/usr/sbin`;

export const hasPgBouncer = spawnSync("pgbouncer", ["--version"], { env: { PATH } }).status === 0;

/**
 * A PgBouncer in front of a database until the test ends, all but the pooling at its defaults. Two connections to the
 * server serve all, so that clients meet on them.
 * @returns the database's address through it
 */
export async function startPgBouncer(databaseUrl: string): Promise<string> {
  const { hostname, port: realPort, username, password, pathname } = new URL(databaseUrl);
  const folder = mkdtempSync(path.join(tmpdir(), "todo-pgbouncer-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const port = await freePort();
  const users = path.join(folder, "users.txt");
  const settings = path.join(folder, "pgbouncer.ini");
  writeFileSync(users, `"${username}" "${decodeURIComponent(password)}"\n`);
  writeFileSync(
    settings,
    `[databases]
* = host=${hostname} port=${realPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
auth_type = plain
auth_file = ${users}
pool_mode = transaction
default_pool_size = 2
unix_socket_dir =
`,
  );
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ["--user", "nobody"] : [];
  for (const place of [folder, users, settings]) chmodSync(place, 0o755);
  const pooler: ChildProcess = spawn("pgbouncer", ["--quiet", ...user, settings], { env: { PATH }, stdio: "ignore" });
  onTestFinished(async () => {
    pooler.kill("SIGKILL");
    if (pooler.exitCode === null) await once(pooler, "exit");
  });
  const url = new URL(databaseUrl);
  Object.assign(url, { hostname: "127.0.0.1", port: String(port), pathname });
  await eventually("PgBouncer answers", async () =>
    sql(url.href, "select 1").then(
      () => true,
      () => false,
    ),
  );
  return url.href;
}

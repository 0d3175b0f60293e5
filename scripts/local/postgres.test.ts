import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { findBinaries } from "./postgres/binaries.ts";
import { openCluster, prepareFolder } from "./postgres/cluster.ts";
import { withClient } from "./postgres/database.ts";
import { findRunningServer } from "./postgres/pid-file.ts";
import { chooseRunAs } from "./postgres/run-as.ts";
import { startPostgres } from "./postgres.ts";
import { isAlive, waitUntil } from "./processes.mjs";

async function start(dataDir: string) {
  const server = await startPostgres({ dataDir });
  onTestFinished(async () => {
    if (isAlive(server.pid)) await server.kill();
  });
  return server;
}

const query = (url: string, sql: string) => withClient(url, (client) => client.query(sql));
const dataOf = (dataDir: string) => path.join(dataDir, "postgres", "data");

async function started(dataDir = tempFolder()) {
  const server = await start(dataDir);
  await query(server.url, "create table if not exists notes (text text); insert into notes values ('kept')");
  return { dataDir, server };
}

async function notes(url: string) {
  return (await query(url, "select text from notes")).rows.map(({ text }) => text);
}

describe("the built-in PostgreSQL", () => {
  it("keeps its data from one start to the next, and nothing runs between them", async () => {
    const { dataDir, server } = await started();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    expect(existsSync(path.join(dataOf(dataDir), "postmaster.pid"))).toBe(false);
    const again = await start(dataDir);
    expect(again.tookOver).toBe(false);
    expect(await notes(again.url)).toEqual(["kept"]);
  });

  it("gives the app a role that may make roles but is no superuser, and wants its password", async () => {
    const { server } = await started();
    const { rows } = await query(server.url, "select * from pg_roles where rolname = current_user");
    expect(rows[0]).toMatchObject({ rolname: "todo_owner", rolsuper: false, rolcreaterole: true, rolcreatedb: false });
    const wrong = server.url.replace(/:[^:@]+@/, ":wrong@");
    await expect(query(wrong, "select 1")).rejects.toThrow(/password authentication failed/);
  });

  it("listens on this machine alone and syncs to disk", async () => {
    const { server } = await started();
    const show = async (name: string) => (await query(server.url, `show ${name}`)).rows[0][name];
    expect(await show("listen_addresses")).toBe("127.0.0.1");
    expect(await show("fsync")).toBe("on");
    expect(await show("server_encoding")).toBe("UTF8");
  });

  it("keeps its passwords to its owner", async () => {
    const { dataDir } = await started();
    expect(statSync(path.join(dataDir, "postgres", "owner-password")).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(dataDir, "postgres")).mode & 0o777).toBe(0o700);
  });

  it("recovers after it was killed", async () => {
    const { dataDir, server } = await started();
    process.kill(server.pid, "SIGKILL");
    await waitUntil(() => !isAlive(server.pid), 5000);
    const again = await start(dataDir);
    expect(again.tookOver).toBe(false);
    expect(await notes(again.url)).toEqual(["kept"]);
  });

  it("is not stopped by a stale pid file whose number another program of the same user has", async () => {
    const { dataDir, server } = await started();
    process.kill(server.pid, "SIGKILL");
    await waitUntil(() => !isAlive(server.pid), 5000);
    const { uid, gid } = statSync(dataOf(dataDir));
    const user = process.getuid?.() === 0 ? { uid, gid } : {};
    const other = spawn("sleep", ["60"], { stdio: "ignore", cwd: "/", ...user });
    onTestFinished(() => {
      other.kill("SIGKILL");
    });
    const file = path.join(dataOf(dataDir), "postmaster.pid");
    writeFileSync(file, readFileSync(file, "utf8").replace(/^\d+/, String(other.pid)));
    expect(await notes((await start(dataDir)).url)).toEqual(["kept"]);
    expect(isAlive(other.pid ?? 0)).toBe(true);
  });

  it("is taken over when it still runs, and then stopped", async () => {
    const { dataDir, server } = await started();
    const second = await start(dataDir);
    expect(second).toMatchObject({ tookOver: true, pid: server.pid, url: server.url });
    expect(await notes(second.url)).toEqual(["kept"]);
    await second.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  it("outlives a starter that was killed, for the next one to find", async () => {
    const dataDir = tempFolder();
    const script = `import { startPostgres } from ${JSON.stringify(new URL("./postgres.ts", import.meta.url).href)};
      await startPostgres({ dataDir: ${JSON.stringify(dataDir)} }); console.log("up"); setInterval(() => {}, 1000);`;
    const starter = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise((resolve) => starter.once("exit", resolve));
    await Promise.race([ended, new Promise((resolve) => starter.stdout.once("data", resolve))]);
    starter.kill("SIGKILL");
    await ended;
    expect(findRunningServer(dataOf(dataDir))).toBeDefined();
    expect((await start(dataDir)).tookOver).toBe(true);
  });

  it("makes anew what was cut off while it was made", async () => {
    const dataDir = tempFolder();
    const half = path.join(dataDir, "postgres", "data.new");
    mkdirSync(half, { recursive: true });
    writeFileSync(path.join(half, "PG_VERSION"), "18\n");
    const { server } = await started(dataDir);
    expect(await notes(server.url)).toEqual(["kept"]);
    expect(existsSync(half)).toBe(false);
  });

  it("leaves data of another major version alone", async () => {
    const { dataDir, server } = await started();
    await server.stop();
    writeFileSync(path.join(dataOf(dataDir), "PG_VERSION"), "17\n");
    await expect(start(dataDir)).rejects.toThrow(/was written by PostgreSQL 17 and this program runs 18/);
  });

  it("says what is wrong when its configuration is", async () => {
    const { dataDir, server } = await started();
    await server.stop();
    writeFileSync(path.join(dataOf(dataDir), "postgresql.auto.conf"), "no_such_setting = 1\n");
    await expect(start(dataDir)).rejects.toThrow(/^PostgreSQL did not start \(.*\): see .*postgres\.log$/);
  });

  it.runIf(process.getuid?.() === 0)("runs as another user for root, also in a folder closed to that one", async () => {
    const dataDir = tempFolder();
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    const { server } = await started(dataDir);
    const user = spawnSync("ps", ["-o", "uid=", "-p", String(server.pid)], { encoding: "utf8" }).stdout.trim();
    expect(user).not.toBe("0");
    expect(statSync(dataOf(dataDir)).uid).toBe(Number(user));
    expect(statSync(dataDir).uid).toBe(0);
  });

  it.runIf(process.getuid?.() === 0)("also runs for root from programs in a closed folder", async () => {
    const folder = tempFolder();
    const native = path.dirname(path.dirname((await findBinaries()).postgres));
    cpSync(native, path.join(folder, "native"), { recursive: true, verbatimSymlinks: true });
    const program = (name: string) => path.join(folder, "native", "bin", name);
    const binaries = { initdb: program("initdb"), postgres: program("postgres"), pg_ctl: program("pg_ctl") };
    const data = path.join(folder, "postgres");
    mkdirSync(data, { mode: 0o700 });
    const runAs = chooseRunAs(data, binaries.postgres);
    prepareFolder(data, runAs);
    const cluster = openCluster({ folder: data, binaries, runAs, sync: false });
    expect(statSync(path.join(cluster.dataDir, "PG_VERSION")).uid).toBe(runAs.owner?.uid);
  });
});

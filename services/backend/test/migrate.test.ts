import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import path from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import { freePort } from "../../../scripts/local/ports.mjs";
import { eventually } from "../../../test/support/eventually.ts";
import { migrations } from "../src/db/migrations/index.ts";
import { createTestDatabase, sql } from "./_harness.ts";

const ALL = `Applied ${Object.keys(migrations).join(", ")}.`;
const script = path.resolve(import.meta.dirname, "../src/migrate.ts");

/** The program in a process of its own. */
function start(databaseUrl: string, args = ["--wait"], env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, [script, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], DATABASE_URL: databaseUrl, BETTER_AUTH_SECRET: "x".repeat(32), ...env },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const run = { child, output: "", exit: once(child, "exit").then(([code]) => code as number) };
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (run.output += data));
  return run;
}

const lines = (run: { output: string }) => run.output.trim().split("\n");

/** A role of its own and its empty database, whose address has `password`. */
async function createOwner(options: { password: string; rights: string }) {
  const admin = inject("databaseUrl");
  const name = `owner_${randomBytes(6).toString("hex")}`;
  await sql(admin, `create role ${name} login password 'right-canary' ${options.rights}`);
  await sql(admin, `grant ${name} to current_user`);
  await sql(admin, `create database ${name} owner ${name}`);
  const url = new URL(admin);
  Object.assign(url, { username: name, password: options.password, pathname: `/${name}` });
  return { admin, name, url: url.href, place: `${url.host}/${name}` };
}

it("waits for a server that comes later, then for its database", async () => {
  const url = new URL(await createTestDatabase({ migrate: false }));
  const { hostname, port: realPort, pathname } = url;
  const port = await freePort();
  url.port = String(port);
  url.pathname = `${pathname}_later`;
  const run = start(url.href);
  const place = `${hostname}:${port}${url.pathname}`;
  const refused = `Waiting for the database at ${place}: the connection is refused: nothing listens there.`;
  await eventually("it waits", async () => lines(run)[0] === refused);

  const server = createServer((client) => {
    const real = connect(Number(realPort), hostname);
    client.pipe(real).pipe(client);
    for (const socket of [client, real]) socket.on("error", () => socket.destroy());
  });
  server.listen(port, hostname);
  onTestFinished(() => void server.close());
  const missing = `Waiting for the database at ${place}: it has no database of this name.`;
  await eventually("it misses the database", async () => lines(run)[1] === missing);

  await sql(inject("databaseUrl"), `create database "${url.pathname.slice(1)}"`);
  expect(await run.exit).toBe(0);
  expect(lines(run)).toEqual([refused, missing, expect.stringMatching(/^The database at .* is there/), ALL]);
});

it("waits while its password is refused, without telling it", async () => {
  const owner = await createOwner({ password: "wrong-canary", rights: "createrole" });
  const run = start(owner.url);
  const refused = `Waiting for the database at ${owner.place}: it refuses the user or the password.`;
  await eventually("it waits", async () => lines(run)[0] === refused);
  await sql(owner.admin, `alter role ${owner.name} password 'wrong-canary'`);
  expect(await run.exit).toBe(0);
  expect(lines(run).at(-1)).toBe(ALL);
  expect(run.output).not.toMatch(/canary|postgres:\/\//);
});

it("waits for a right that it lacks", async () => {
  const owner = await createOwner({ password: "right-canary", rights: "" });
  const run = start(owner.url);
  await eventually("it waits", async () => lines(run)[0]?.includes("permission denied to create role"));
  expect(lines(run)[0]).toMatch(/must own the database and have CREATEROLE\.$/);
  await sql(owner.admin, `alter role ${owner.name} createrole`);
  expect(await run.exit).toBe(0);
  expect(lines(run).at(-1)).toBe(ALL);
});

it("ends at once when told to, while it waits", async () => {
  const run = start("postgres://a:b@127.0.0.1:9/x");
  await eventually("it waits", async () => run.output.includes("Waiting"));
  run.child.kill("SIGTERM");
  expect(await run.exit).toBe(143);
});

it("does not wait for what waiting can't cure", async () => {
  const newer = await createTestDatabase();
  await sql(newer, `insert into "kysely_migration" values ('9999-01-01-1-later', now()::text)`);
  const run = start(newer);
  expect(await run.exit).toBe(1);
  expect(lines(run)).toEqual(["The database is of a newer version than this program. Run the newer version."]);
});

it("does not wait unless it is told to", async () => {
  const run = start("postgres://a:canary@127.0.0.1:9/x", []);
  expect(await run.exit).toBe(1);
  expect(lines(run)).toEqual([
    "The database can't be used: the connection is refused: nothing listens there. Check DATABASE_URL.",
  ]);
});

import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { authSecret, openDataDir } from "./data-dir.mjs";
import { ROOT } from "./paths.mjs";
import { freePort } from "./ports.mjs";
import { startToken } from "./processes.mjs";

/** Runs `npm start`'s script; each of these is refused before it installs or builds. */
async function start(env: NodeJS.ProcessEnv) {
  const ports = { PORT: String(await freePort()), BACKEND_PORT: String(await freePort()) };
  const child = spawn(process.execPath, ["scripts/start.mjs"], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, DATA_DIR: tempFolder(), ...ports, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  return { code, stderr };
}

async function takePort(host: string): Promise<string> {
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  onTestFinished(() => {
    server.close();
  });
  return String(port);
}

describe("npm start refuses, with one line and a bad exit code,", () => {
  it("a port that is no number", async () => {
    const { code, stderr } = await start({ PORT: "http" });
    expect(stderr).toBe('Error: PORT is "http", which is no port: give a whole number from 1 to 65535, PORT=3000\n');
    expect(code).toBe(1);
  });

  it.each([
    ["PORT", "127.0.0.1"],
    ["BACKEND_PORT", "0.0.0.0"],
  ])("a taken %s", async (variable, host) => {
    const port = await takePort(host);
    const { code, stderr } = await start({ [variable]: port });
    expect(stderr).toMatch(new RegExp(`^Error: port ${port} is in use .*${variable}=\\d+ npm start\\n$`));
    expect(code).toBe(1);
  });

  it("a data folder of a newer version", async () => {
    const dataDir = tempFolder();
    writeFileSync(path.join(dataDir, "version.json"), '{"format":2}');
    const { code, stderr } = await start({ DATA_DIR: dataDir });
    expect(stderr).toMatch(/^Error: .* was written by a newer version .*\n$/);
    expect(code).toBe(1);
  });

  it("a data folder under a file", async () => {
    const file = path.join(tempFolder(), "file");
    writeFileSync(file, "");
    const { code, stderr } = await start({ DATA_DIR: path.join(file, "data") });
    expect(stderr).toMatch(/^Error: the data folder .* can't be written \(ENOTDIR\): choose another.*\n$/);
    expect(code).toBe(1);
  });

  it("a data folder without the right to write", async () => {
    const dataDir = process.getuid?.() === 0 ? "/sys/todo-data" : tempFolder();
    if (dataDir !== "/sys/todo-data") chmodSync(dataDir, 0o500);
    const { code, stderr } = await start({ DATA_DIR: dataDir });
    expect(stderr).toMatch(/^Error: the data folder .* can't be written \((EACCES|EPERM|EROFS)\): choose another.*\n$/);
    expect(code).toBe(1);
  });

  it("a data folder that another one uses", async () => {
    const dataDir = tempFolder();
    const holder = { pid: process.pid, started: startToken(process.pid), note: "http://localhost:3000" };
    writeFileSync(path.join(dataDir, "lock"), JSON.stringify(holder));
    const { code, stderr } = await start({ DATA_DIR: dataDir });
    expect(stderr).toMatch(new RegExp(`^Error: the app already runs on ${dataDir} .*http://localhost:3000.*\\n$`));
    expect(code).toBe(1);
  });
});

it("keeps data and logs from everybody else on the machine", () => {
  const dataDir = path.join(tempFolder(), "data");
  mkdirSync(path.join(dataDir, "logs"), { recursive: true, mode: 0o755 });
  openDataDir(dataDir);
  const modeOf = (folder: string) => statSync(folder).mode & 0o777;
  expect(modeOf(path.join(dataDir, "logs"))).toBe(0o700);
  const fresh = path.join(tempFolder(), "data");
  openDataDir(fresh);
  // Root's PostgreSQL runs as another user, who passes through and can list nothing.
  expect([0o700, 0o711]).toContain(modeOf(fresh));
  expect(modeOf(path.join(fresh, "logs"))).toBe(0o700);
});

describe("authSecret", () => {
  it("is made once, kept, and readable by its owner alone", () => {
    const dataDir = tempFolder();
    const secret = authSecret(dataDir, undefined);
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(authSecret(dataDir, undefined)).toBe(secret);
    expect(statSync(path.join(dataDir, "auth-secret")).mode & 0o777).toBe(0o600);
  });

  it("is not replaced when the file is damaged", () => {
    const dataDir = tempFolder();
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(path.join(dataDir, "auth-secret"), "short");
    expect(() => authSecret(dataDir, undefined)).toThrow(/auth-secret is damaged/);
  });
});

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import path from "node:path";
import { verifyClientAddress } from "@todo/contract/client-address";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { backendEnv, startFrontend } from "./app.ts";
import { BUILDS, buildOne } from "./build.ts";
import { openDataDir } from "./data-dir.mjs";
import { ROOT, STANDALONE } from "./paths.mjs";
import { freePort } from "./ports.mjs";
import { readSettings } from "./settings.mjs";

const SECRET = "a secret that both sides have, of 32 characters or more";
const CLAIMED = "6.6.6.6";
const MINUTE = 60_000;

beforeAll(() => buildOne(BUILDS.frontend), 5 * MINUTE);

/** What the backend gets to see, and an answer that waits until `held` requests are there. */
async function recordingBackend(held = 1) {
  const requests: IncomingMessage[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    waiting.push(() => response.end("{}"));
    if (waiting.length >= held) for (const answer of waiting.splice(0)) answer();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { requests, port, url: `http://127.0.0.1:${port}` };
}

/** The page's server as it is deployed, from its first moment on. */
async function launchPage(env: NodeJS.ProcessEnv): Promise<{ port: number; child: ChildProcess }> {
  const port = await freePort();
  const child = spawn(process.execPath, [path.join(STANDALONE, "server.js")], {
    env: { PATH: process.env.PATH, NODE_ENV: "production", PORT: String(port), HOSTNAME: "127.0.0.1", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return { port, child };
}

async function startPage(env: NodeJS.ProcessEnv): Promise<number> {
  const { port } = await launchPage(env);
  await answers(port, "GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return port;
}

/** Sends bytes and gives all that comes back until the connection ends; "" where nothing listens yet. */
function send(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer));
  });
}

function answers(port: number, request: string): Promise<unknown> {
  return eventually("the page starts", async () => (await send(port, request)).startsWith("HTTP/1.1 200"));
}

/** The address that a backend with this secret believes. */
function believed({ headers }: IncomingMessage, secret = SECRET): string | undefined {
  return verifyClientAddress(secret, String(headers["x-client-address"]), new Date());
}

const CLAIMS = [
  `X-Client-Address: ${CLAIMED}`,
  `x-cLIENT-address: v1;${Date.now()};${CLAIMED};${"0".repeat(64)}`,
  `X-Forwarded-For: ${CLAIMED}`,
  `X-FORWARDED-FOR: 7.7.7.7, ${CLAIMED}`,
  `Forwarded: for=${CLAIMED}`,
  `X-Real-IP: ${CLAIMED}`,
  "",
].join("\r\n");

describe("the page's server tells the backend where a request comes from:", () => {
  it("the connection's address, and nothing of what the browser claims", async () => {
    const { requests, url } = await recordingBackend();
    const port = await startPage({ BACKEND_URL: url, BETTER_AUTH_SECRET: SECRET });
    await send(port, `GET /api/a HTTP/1.1\r\nHost: x\r\n${CLAIMS}Connection: close\r\n\r\n`);
    await send(port, `GET /api/b HTTP/1.1\r\nHost: x\r\n${CLAIMS}Connection: close, x-client-address\r\n\r\n`);
    const body = "Content-Type: application/json\r\nContent-Length: 2\r\n";
    await send(port, `POST /api/c HTTP/1.1\r\nHost: x\r\n${CLAIMS}${body}Connection: close\r\n\r\n{}`);
    expect(requests.map((request) => request.url)).toEqual(["/api/a", "/api/b", "/api/c"]);
    for (const request of requests) {
      expect(believed(request)).toBe("127.0.0.1");
      expect(request.rawHeaders.filter((name) => /^x-client-address$/i.test(name))).toHaveLength(1);
      expect(request.rawHeaders.join("\n")).not.toContain(CLAIMED);
    }
  });

  it("behind proxies what the outermost wrote, each request's own, also on one connection and all at once", async () => {
    const people = Array.from({ length: 40 }, (_, i) => `203.0.113.${i}`);
    const { requests, url } = await recordingBackend(people.length);
    const port = await startPage({ BACKEND_URL: url, BETTER_AUTH_SECRET: SECRET, TRUSTED_PROXY_HOPS: "2" });
    const request = (address: string, last: boolean) =>
      `GET /api/${address} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${CLAIMED}, ${address}, 10.0.0.9\r\n` +
      `${last ? "Connection: close\r\n" : ""}\r\n`;
    // Half of them come one right after the other on a connection that two proxies would share.
    const [first, ...others] = [people.slice(0, 20), ...people.slice(20).map((address) => [address])];
    await Promise.all(
      [first ?? [], ...others].map((group) =>
        send(port, group.map((address, i) => request(address, i === group.length - 1)).join("")),
      ),
    );
    expect(requests).toHaveLength(people.length);
    for (const each of requests) expect(`/api/${believed(each)}`).toBe(each.url);
  });

  it("never what the browser claims, not even while the server still starts", async () => {
    const { requests, url } = await recordingBackend();
    const { port } = await launchPage({ BACKEND_URL: url, BETTER_AUTH_SECRET: SECRET });
    await answers(port, `GET /api/early HTTP/1.1\r\nHost: x\r\n${CLAIMS}Connection: close\r\n\r\n`);
    expect(requests.length).toBeGreaterThan(0);
    for (const request of requests) {
      expect(["127.0.0.1", undefined]).toContain(believed(request));
      expect(request.rawHeaders.join("\n")).not.toContain(CLAIMED);
    }
  });

  it("nothing when it has no secret to sign with", async () => {
    const { requests, url } = await recordingBackend();
    const port = await startPage({ BACKEND_URL: url });
    await send(port, `GET /api/a HTTP/1.1\r\nHost: x\r\n${CLAIMS}Connection: close\r\n\r\n`);
    expect(requests.map(({ headers }) => headers["x-client-address"])).toEqual([undefined]);
    expect(requests[0]?.rawHeaders.join("\n")).not.toContain(CLAIMED);
  });
});

it("npm start gives the page and the backend one secret", async () => {
  const { requests, port } = await recordingBackend();
  const dataDir = tempFolder();
  openDataDir(dataDir);
  const env = {
    NODE_ENV: "test",
    PORT: String(await freePort()),
    BACKEND_PORT: String(port),
    DATA_DIR: dataDir,
  } as const;
  const settings = readSettings(env, ROOT);
  const page = await startFrontend(settings, new AbortController().signal);
  onTestFinished(page.kill);
  await send(settings.port, "GET /api/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const { BETTER_AUTH_SECRET: secret } = backendEnv(settings, "postgres://nowhere/todo");
  expect(requests.map((request) => believed(request, secret))).toEqual(["127.0.0.1"]);
});

it("the page's server refuses a number of proxies that is none, with one line", async () => {
  const { child } = await launchPage({ TRUSTED_PROXY_HOPS: "one" });
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, "close");
  expect(stderr).toBe(
    'TRUSTED_PROXY_HOPS is "one": give the number of proxies in front of the page, 0 to 9; 0 means none\n',
  );
  expect(code).toBe(1);
});

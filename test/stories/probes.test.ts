import { connect, createServer } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signUp } from "../support/accounts.ts";
import { type App, startApp } from "../support/app.ts";
import { row, tell } from "../support/figures.ts";

/** A word that stands in whatever the user has, and nowhere else. */
const CANARY = "canary-9c1e";

let app: App;
let conversation: string;
let cookie: string;
/** Somewhere that nobody may be led to. */
const elsewhere = createServer((socket) => {
  contacts++;
  socket.destroy();
});
let contacts = 0;
beforeAll(async () => {
  app = await startApp();
  ({ cookie } = await signUp(app.url, { email: `${CANARY}@example.com`, origin: app.url }));
  const post = async (path: string, body: object) => {
    const headers = { cookie, "content-type": "application/json", origin: app.url };
    const response = await fetch(app.url + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response;
  };
  await post("/api/tasks", { title: `${CANARY} task` });
  ({ id: conversation } = (await (await post("/api/conversations", {})).json()) as { id: string });
  const message = { id: crypto.randomUUID(), text: `add ${CANARY} milk`, timeZone: "Europe/Berlin" };
  await (await post(`/api/conversations/${conversation}/messages`, message)).text();
  await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  elsewhere.close();
  await app?.stop();
});

/** Sends bytes as they are, and gives what comes back within a while; a cut connection is an answer without words. */
function exchange(bytes: string): Promise<string> {
  const { hostname, port } = new URL(app.url);
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setEncoding("utf8");
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on("data", (text) => {
      answer += text;
      // Streams without an end are heard for a moment only.
      if (answer.length > 500_000) socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
  });
}

type Probe = { method?: string; target: string; headers?: Record<string, string>; body?: string; version?: string };

function bytesOf({ method = "GET", target, headers = {}, body, version = "1.1" }: Probe): string {
  const { host } = new URL(app.url);
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const lines = Object.entries({ host, connection: "close", ...length, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return `${method} ${target} HTTP/${version}\r\n${lines.join("\r\n")}\r\n\r\n${body ?? ""}`;
}

/** Headers by which Next, or a proxy before it, was once led past its checks, or to other answers than pages. */
function misleadingHeaders(): Record<string, string>[] {
  const tree = encodeURIComponent(
    JSON.stringify(["", { children: ["(app)", { children: ["chat", {}] }] }, null, null, true]),
  );
  const subrequests = [
    "middleware",
    "src/middleware",
    "proxy",
    "pages/_middleware",
    Array(6).fill("proxy").join(":"),
    Array(6).fill("middleware").join(":"),
  ];
  return [
    ...subrequests.map((value) => ({ "x-middleware-subrequest": value })),
    { "x-middleware-prefetch": "1" },
    { "x-middleware-next": "1", "x-middleware-rewrite": "/chat" },
    { "x-nextjs-data": "1" },
    { rsc: "1" },
    { rsc: "1", "next-router-prefetch": "1" },
    { rsc: "1", "next-router-prefetch": "1", "next-router-segment-prefetch": "/_tree" },
    { rsc: "1", "next-router-segment-prefetch": "/_index" },
    { rsc: "1", "next-router-state-tree": tree },
    { rsc: "1", "next-router-state-tree": "%7B" },
    { rsc: "1", "next-hmr-refresh": "1" },
    { "x-invoke-path": "/chat", "x-invoke-status": "200", "x-invoke-output": "/chat" },
    { "x-matched-path": "/chat", "x-now-route-matches": "1=chat" },
    { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", forwarded: "host=evil.example" },
    { "x-original-url": "/api/tasks", "x-rewrite-url": "/api/tasks" },
    { cookie: "todo.session_token=x.y; __prerender_bypass=x; __next_preview_data=x" },
    { "x-client-address": "127.0.0.1", "x-forwarded-for": "127.0.0.1" },
    { authorization: "Bearer todo_" },
    { "accept-encoding": "gzip, br", range: "bytes=0-5" },
  ];
}

function probes(): Probe[] {
  const { host } = new URL(app.url);
  const { port } = elsewhere.address() as { port: number };
  const paths = [
    "/",
    "/chat",
    `/chat/${conversation}`,
    "/settings",
    "/sign-in",
    "/api/tasks",
    `/api/conversations/${conversation}/messages`,
    "/api/auth/get-session",
    "/mcp",
  ];
  const byHeader = paths.flatMap((target) => misleadingHeaders().map((headers) => ({ target, headers })));
  const spelled = paths.flatMap((path) =>
    [
      `${path}.rsc`,
      `${path}?_rsc=1a2b3`,
      `${path}.segments/_tree.segment.rsc`,
      `${path}.segments/_full.segment.rsc`,
      `${path}/`,
      `/${path}`,
      `/./..${path}`,
      `/_next/..${path}`,
      `/_next/static/%2e%2e/%2e%2e${path}`,
      `/sign-in/..%2f..${path}`,
      path.replaceAll("/", "%2F"),
      `${path}%00`,
      `${path};a=b`,
      `${path}?__nextLocale=en&nxtPid=1&nextInternalLocale=en`,
      `http://${host}${path}`,
      `http://127.0.0.1:${port}${path}`,
    ].map((target) => ({ target })),
  );
  const files = [
    "/_next/data/build/chat.json",
    "/_next/image?url=/api/tasks&w=64&q=75",
    `/_next/image?url=http://127.0.0.1:${port}/x&w=64&q=75`,
    "/.env",
    "/package.json",
    "/server.js",
    "/_next/static/../server/app/page.js",
    "/_next/server/middleware-manifest.json",
    "/%5c..%5c..%5cetc/passwd",
    "/api/../chat",
  ];
  const flight =
    '0={"then":"$1:__proto__:then","status":"resolved_model","value":"{}","_response":{"_prefix":"1","_formData":{"get":"$1:constructor:constructor"}}}';
  const actions = paths.flatMap((target): Probe[] => [
    {
      method: "POST",
      target,
      headers: { "next-action": "x".repeat(42), "content-type": "text/plain;charset=UTF-8" },
      body: "[]",
    },
    {
      method: "POST",
      target,
      headers: { "next-action": "7f".repeat(21), "content-type": "multipart/form-data; boundary=b", rsc: "1" },
      body: `--b\r\ncontent-disposition: form-data; name="0"\r\n\r\n${flight}\r\n--b--\r\n`,
    },
    { method: "POST", target, headers: { "content-type": "text/x-component" }, body: flight },
    { method: "PUT", target, headers: { "content-type": "application/json" }, body: "{}" },
    { method: "TRACE", target },
    { method: "HEAD", target, headers: { rsc: "1" } },
    { method: "GET", target, version: "1.0" },
    {
      target: `http://127.0.0.1:${port}${target}`,
      headers: {
        upgrade: "websocket",
        connection: "Upgrade",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-version": "13",
      },
    },
    {
      target,
      headers: {
        upgrade: "websocket",
        connection: "Upgrade",
        host: `127.0.0.1:${port}`,
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-version": "13",
      },
    },
    {
      method: "POST",
      target,
      headers: { "transfer-encoding": "chunked", "content-length": "4", "content-type": "application/json" },
      body: `0\r\n\r\nGET /api/tasks HTTP/1.1\r\nhost: ${host}\r\n\r\n`,
    },
  ]);
  return [
    ...byHeader,
    ...spelled,
    ...files.map((target) => ({ target })),
    ...actions,
    { method: "CONNECT", target: `127.0.0.1:${port}` },
    { method: "OPTIONS", target: "*" },
  ];
}

/** Next answers these itself, before anything of ours: with 500, and without a word of the request. */
function isNotForPages({ method, target }: Probe): boolean {
  return method === "TRACE" || target === "*";
}

const HEADERS = ["x-content-type-options", "x-frame-options", "referrer-policy", "strict-transport-security"];

it("without a session nobody is told anything of a user, however they ask the page's server", async () => {
  const known = await exchange(bytesOf({ target: "/api/tasks", headers: { cookie } }));
  expect(known).toContain(CANARY);

  const all = probes();
  const told: string[] = [];
  const faults: string[] = [];
  const unguarded: string[] = [];
  for (let i = 0; i < all.length; i += 8) {
    await Promise.all(
      all.slice(i, i + 8).map(async (probe) => {
        const what = `${probe.method ?? "GET"} ${probe.target} ${JSON.stringify(probe.headers ?? {})}`;
        const answer = await exchange(bytesOf(probe));
        if (answer.includes(CANARY)) told.push(`${what}: ${answer.slice(0, 500)}`);
        const [head = ""] = answer.split("\r\n\r\n");
        const status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0);
        if (status >= 500 && !isNotForPages(probe)) faults.push(`${what}: ${head.slice(0, 200)}`);
        if (status !== 200) return;
        // What is no page does nothing that a policy could keep it from.
        const needed = /content-type: text\/html/i.test(head) ? [...HEADERS, "content-security-policy"] : HEADERS;
        const missing = needed.filter((name) => !head.toLowerCase().includes(`\n${name}:`));
        const scripts = /content-security-policy:[^\r\n]*script-src ([^;\r\n]*)/i.exec(head)?.[1] ?? "";
        if (missing.length > 0 || /unsafe-(inline|eval)/.test(scripts))
          unguarded.push(`${what}: ${missing} ${scripts}`);
      }),
    );
  }
  tell(
    row(
      `${all.length} raw requests to the page's server without a session: answers with a user's data`,
      { value: told.length, unit: "" },
      { at: "most", limit: 0 },
    ),
    row(
      "of these answered with a fault, or leading elsewhere",
      { value: faults.length + contacts, unit: "" },
      { at: "most", limit: 0 },
    ),
  );
  expect(told).toEqual([]);
  expect(faults).toEqual([]);
  expect(unguarded).toEqual([]);
  expect(contacts).toBe(0);
  expect(all.length).toBeGreaterThan(300);
});

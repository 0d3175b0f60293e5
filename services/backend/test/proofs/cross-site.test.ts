import { randomUUID } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import { row, tell } from "../../../../test/support/figures.ts";
import { dump } from "../_dump.ts";
import { type Person, signUp, startTestServer, type TestServer } from "../_harness.ts";
import { exampleBody, nameOf, type Operation, readOperations } from "../_openapi.ts";
import { type Belongings, settleIn, storyModel } from "../_two-people.ts";

let server: TestServer;
let ann: Person;
let hers: Belongings;
let operations: Operation[];
beforeAll(async () => {
  server = await startTestServer({ model: storyModel });
  ann = await signUp(server);
  hers = await settleIn(ann);
  operations = await readOperations(server);
  return server.close;
});

const JSON_TYPE = "application/json";
const EVIL = "https://evil.example";

/** What a page of another site can make a browser send with the user's cookie, and how it is refused. */
const shapes: { what: string; headers: Record<string, string>; status: number }[] = [
  ...["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"].map(
    (type) => ({ what: `${type} from elsewhere`, headers: { origin: EVIL, "content-type": type }, status: 403 }),
  ),
  ...[
    "null",
    "http://localhost:3000.evil.example",
    "http://localhost:3000@evil.example",
    "http://evil.localhost:3000",
    "http://localhost:3001",
    "https://localhost:3000",
    "http://LOCALHOST:3000/",
  ].map((origin) => ({ what: `from ${origin}`, headers: { origin, "content-type": JSON_TYPE }, status: 403 })),
  ...["cross-site", "same-site"].map((site) => ({
    what: `${site} without an origin`,
    headers: { "sec-fetch-site": site, "content-type": JSON_TYPE },
    status: 403,
  })),
  {
    what: "cross-site with our origin",
    headers: { "sec-fetch-site": "cross-site", origin: "http://localhost:3000", "content-type": JSON_TYPE },
    status: 403,
  },
  // Old browsers say neither; what a form of theirs can send is no JSON.
  ...[
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain; application/json",
  ].map((type) => ({ what: `${type} of an old browser`, headers: { "content-type": type }, status: 415 })),
];

const required: Record<string, RegExp> = {
  "content-security-policy": /default-src 'none'.*frame-ancestors 'none'/,
  "strict-transport-security": /^max-age=(31536000|6\d{7})/,
  "x-content-type-options": /^nosniff$/,
  "x-frame-options": /^DENY$/,
  "referrer-policy": /^no-referrer$/,
  "cross-origin-resource-policy": /^same-origin$/,
  "cross-origin-opener-policy": /^same-origin$/,
  "x-request-id": /./,
};
const forbidden = ["access-control-allow-origin", "access-control-allow-credentials", "x-powered-by", "server"];

function headerFaults(name: string, { headers, status }: Response): string[] {
  const missing = Object.entries(required).filter(([header, value]) => !value.test(headers.get(header) ?? ""));
  const told = forbidden.filter((header) => headers.has(header));
  return [...missing.map(([header]) => header), ...told].map((header) => `${name} ${status}: ${header}`);
}

it("no other site's page changes anything, and every answer has all security headers", async () => {
  const changing = operations.filter(({ method }) => method !== "GET");
  const before = await dump(server.databaseUrl, ann.userId);
  const faults: string[] = [];
  const passed: string[] = [];
  let asked = 0;
  for (const operation of changing) {
    const noun = /\/(\w+)\/\{id\}/.exec(operation.path)?.[1] ?? "";
    const path = operation.path.replace(/\{\w+\}/g, hers.ids[noun]?.[0] ?? randomUUID());
    for (const { what, headers, status } of shapes) {
      const body = JSON.stringify(exampleBody(operation) ?? {});
      const init = { method: operation.method, headers: { cookie: ann.cookie, ...headers }, body };
      const response = await fetch(server.url + path, init);
      await response.arrayBuffer();
      asked++;
      if (response.status !== status) passed.push(`${nameOf(operation)} ${what}: ${response.status}`);
      faults.push(...headerFaults(nameOf(operation), response));
    }
  }
  expect(await dump(server.databaseUrl, ann.userId)).toEqual(before);

  // Answers of every other kind: good ones, and refusals of each sort.
  const page = /^\/docs/;
  for (const { method, path } of operations.filter(({ path }) => !page.test(path))) {
    const cut = new AbortController();
    const init = { method, headers: { cookie: ann.cookie }, signal: cut.signal };
    const response = await fetch(server.url + path.replace(/\{\w+\}/g, randomUUID()), init);
    faults.push(...headerFaults(`${method} ${path}`, response));
    cut.abort();
  }
  const others: [string, string, RequestInit][] = [
    ["GET", "/nowhere", {}],
    ["PUT", "/api/tasks", {}],
    ["POST", "/api/tasks", { body: "{", headers: { cookie: ann.cookie, "content-type": JSON_TYPE } }],
    ["POST", "/api/tasks", { body: " ".repeat(70_000), headers: { cookie: ann.cookie, "content-type": JSON_TYPE } }],
    ["OPTIONS", "/api/tasks", { headers: { origin: EVIL, "access-control-request-method": "POST" } }],
    ["HEAD", "/api/tasks", { headers: { cookie: ann.cookie } }],
  ];
  for (const [method, path, init] of others) {
    const response = await fetch(server.url + path, { method, ...init });
    await response.arrayBuffer();
    faults.push(...headerFaults(`${method} ${path}`, response));
  }

  const what = `${changing.length} routes that change something, ${shapes.length} ways from another site each`;
  tell(
    row(`${what}: let through`, { value: passed.length, unit: `of ${asked}` }, { at: "most", limit: 0 }),
    row(
      "their answers and those of all other routes: security headers missing",
      { value: faults.length, unit: "" },
      { at: "most", limit: 0 },
    ),
  );
  expect(passed).toEqual([]);
  expect([...new Set(faults)]).toEqual([]);
});

import { randomUUID } from "node:crypto";
import { signClientAddress } from "@todo/contract/client-address";
import { pino } from "pino";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SECRET, sql, startTestServer, type TestServer } from "./_harness.ts";

/** How many sign-ins one address may try within five minutes. */
const LIMIT = 300;
const ANN = "203.0.113.7";
const BOB = "203.0.113.8";

const lines: Record<string, unknown>[] = [];
let server: TestServer;
beforeAll(async () => {
  const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line)) });
  server = await startTestServer({ log });
  return server.close;
});
beforeEach(async () => {
  lines.length = 0;
  await sql(server.databaseUrl, `delete from "rateLimits"`);
});

/** The header as the frontend sends it for who sits at this address. */
function from(address: string, { secret = SECRET, secondsAgo = 0 } = {}): Record<string, string> {
  return { "x-client-address": signClientAddress(secret, address, new Date(Date.now() - secondsAgo * 1_000)) };
}

/** One try to sign in, without a name or a password, so that it is counted and nothing else. */
async function tryToSignIn(headers: Record<string, string> = {}): Promise<number> {
  const init = { method: "POST", headers: { "content-type": "application/json", ...headers }, body: "{}" };
  const response = await fetch(`${server.url}/api/auth/sign-in/email`, init);
  await response.arrayBuffer();
  return response.status;
}

type Headers = (i: number) => Record<string, string>;

/** A few tries, each with headers of its own, and then as many more from the same addresses as one may make. */
async function useUp(headers: Headers): Promise<void> {
  for (let i = 0; i < 5; i++) expect(await tryToSignIn(headers(i))).toBe(422);
  await sql(server.databaseUrl, `update "rateLimits" set count = $1`, [LIMIT]);
}

describe("people behind one frontend", () => {
  it("may each try 300 times", async () => {
    expect(await tryToSignIn(from(ANN))).toBe(422);
    await sql(server.databaseUrl, `update "rateLimits" set count = $1`, [LIMIT - 1]);
    expect(await tryToSignIn(from(ANN))).toBe(422);
    expect(await tryToSignIn(from(ANN))).toBe(429);
  });

  it("are counted apart, and apart from who connects to the backend", async () => {
    await useUp(() => from(ANN));
    expect(await tryToSignIn(from(ANN))).toBe(429);
    expect(await tryToSignIn(from(BOB))).toBe(422);
    expect(await tryToSignIn()).toBe(422);
  });

  it("count as one with all addresses of their IPv6 network, and as another in the next one", async () => {
    await useUp((i) => from(`2001:db8:0:1:${i.toString(16)}::1`));
    expect(await tryToSignIn(from("2001:db8:0:1::ffff"))).toBe(429);
    expect(await tryToSignIn(from("2001:db8:0:2::1"))).toBe(422);
  });
});

describe("who connects to the backend and claims another address each time", () => {
  const claims: [string, Headers][] = [
    ["in the headers of proxies", (i) => claim(["x-forwarded-for", "x-real-ip", "cf-connecting-ip"], `10.0.${i}.1`)],
    ["in Forwarded", (i) => ({ forwarded: `for=10.0.${i}.1` })],
    ["unsigned", (i) => ({ "x-client-address": `10.0.${i}.1` })],
    ["with a signature that is made up", (i) => ({ "x-client-address": madeUp(`10.0.${i}.1`) })],
    ["signed with another secret", (i) => from(`10.0.${i}.1`, { secret: "x".repeat(40) })],
    ["signed over a minute ago", (i) => from(`10.0.${i}.1`, { secondsAgo: 61 + i })],
    ["signed for later than in a minute", (i) => from(`10.0.${i}.1`, { secondsAgo: -90 - i })],
    ["signed, and changed since", (i) => moved(from(ANN), `10.0.${i}.1`)],
  ];

  it.each(claims)("%s, is one", async (_name, headers) => {
    await useUp(headers);
    expect(await tryToSignIn(headers(5))).toBe(429);
    expect(await tryToSignIn()).toBe(429);
    expect(await tryToSignIn(from(ANN))).toBe(422);
    expect(await sql(server.databaseUrl, `select * from "rateLimits"`)).toHaveLength(2);
  });

  it("shuts out nobody else", async () => {
    await useUp(() => ({ "x-client-address": ANN, "x-forwarded-for": ANN }));
    expect(await tryToSignIn({ "x-client-address": ANN, "x-forwarded-for": ANN })).toBe(429);
    expect(await tryToSignIn(from(ANN))).toBe(422);
  });
});

describe("a signed address that does not fit", () => {
  it("leaves a line in the log that says what to compare, and not what was sent", async () => {
    await tryToSignIn(from(ANN));
    await tryToSignIn();
    const about = (line: Record<string, unknown>) => String(line["msg"]).includes("BETTER_AUTH_SECRET and clock");
    expect(lines.filter(about)).toEqual([]);
    const before = lines.length;
    await tryToSignIn(from(ANN, { secondsAgo: 61 }));
    expect(lines.filter(about)).toHaveLength(1);
    expect(JSON.stringify(lines.slice(before))).not.toContain(ANN);
  });
});

describe("the list of one's sessions", () => {
  const addressOf = async (headers: Record<string, string>) => {
    const body = JSON.stringify({
      name: "Ann",
      email: `${randomUUID()}@example.com`,
      password: "correct horse battery",
    });
    const signUp = await fetch(`${server.url}/api/auth/sign-up/email`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
    });
    expect(signUp.status).toBe(200);
    const cookie = signUp.headers.getSetCookie().join("; ");
    const list = await fetch(`${server.url}/api/auth/list-sessions`, { headers: { cookie } });
    return ((await list.json()) as { ipAddress: string }[]).map(({ ipAddress }) => ipAddress);
  };

  it("shows where each began, and never what somebody claimed", async () => {
    const claimed = { "x-forwarded-for": BOB, "x-real-ip": BOB };
    expect(await addressOf({ ...claimed, ...from(ANN) })).toEqual([ANN]);
    expect(await addressOf({ ...claimed, "x-client-address": BOB })).toEqual(["127.0.0.1"]);
    expect(await addressOf(from("2001:db8::7"))).toEqual(["2001:0db8:0000:0000:0000:0000:0000:0007"]);
  });
});

function claim(names: string[], address: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, address]));
}

function madeUp(address: string): string {
  return `v1;${Date.now()};${address};${"0".repeat(64)}`;
}

function moved(headers: Record<string, string>, address: string): Record<string, string> {
  return { "x-client-address": (headers["x-client-address"] ?? "").replace(ANN, address) };
}

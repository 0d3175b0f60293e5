import { randomUUID } from "node:crypto";
import { signClientAddress } from "@todo/contract/client-address";
import { beforeAll, describe, expect, it } from "vitest";
import { PASSWORD } from "../../../test/support/accounts.ts";
import { cookiesOf, postAccount, signInAgain } from "./_accounts.ts";
import { Person, SECRET, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";

let server: TestServer;
let second: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  second = await startTestServer({ databaseUrl: server.databaseUrl });
  return async () => {
    await Promise.all([server.close(), second.close()]);
  };
});

/** The headers of a request that comes from another network each time. */
function from(i: number): Record<string, string> {
  const address = i % 4 === 0 ? `2001:db8:${i.toString(16)}::1` : `203.0.113.${i % 256}`;
  return { "x-client-address": signClientAddress(SECRET, address, new Date()) };
}

const statusOf = async (person: Person) => (await person.request("GET", "/api/tasks")).status;

describe("many passwords at once", () => {
  it("are checked or refused for the moment, and shut nobody out", { timeout: 90_000 }, async () => {
    const people = await Promise.all(Array.from({ length: 4 }, () => signUp(server)));
    const wrong = { currentPassword: "wrong password", newPassword: "another password" };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        people.map((one) => one.request("POST", "/api/auth/change-password", wrong)),
      ).flat(),
    );
    const unknown = () =>
      postAccount(server, "sign-in/email", { email: `${randomUUID()}@example.com`, password: "wrong password" });
    const signIns = await Promise.all(Array.from({ length: 60 }, unknown));
    for (const { status } of answers) expect([400, 429]).toContain(status);
    for (const { status } of signIns) expect([401, 429]).toContain(status);
    for (const response of [...answers, ...signIns].filter(({ status }) => status === 429)) {
      expect(Number(response.headers.get("retry-after"))).toBe(2);
      expect(await response.json()).toMatchObject({
        error: { code: "rate_limited", message: expect.stringMatching(/Try again in 2 seconds/) },
      });
    }
    for (const one of people) expect(await statusOf(one)).toBe(200);
  });
});

describe("guesses of a password", () => {
  const guess = (email: string, i = 0) => {
    const spelled = i % 3 === 0 ? email.toUpperCase() : email;
    return postAccount(
      i % 2 ? second : server,
      "sign-in/email",
      { email: spelled, password: "wrong password" },
      from(i),
    );
  };
  /** Lets the waits that guesses have to keep pass. */
  const waitSeconds = (seconds: number) =>
    sql(server.databaseUrl, `update "rateLimits" set "windowEnds" = "windowEnds" - make_interval(secs => $1)`, [
      seconds,
    ]);

  it("that come too early say when to come again and what else helps, of an unknown address too", async () => {
    const ann = await signUp(server);
    for (const email of [ann.email, `${randomUUID()}@example.com`]) {
      for (let i = 0; i < 5; i++) expect((await guess(email, i)).status).toBe(401);
      const refused = await guess(email);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(20);
      expect(await refused.json()).toMatchObject({
        error: {
          code: "rate_limited",
          message: expect.stringMatching(
            /^Too many tries to sign in to this account. Try again in \d+ seconds, or use a browser in which you were/,
          ),
        },
      });
    }
    expect((await postAccount(server, "sign-in/email", { email: ann.email, password: PASSWORD })).status).toBe(429);
    await signUp(server);
  });

  it("of strangers do not lock the owner out of a browser that was signed in before", async () => {
    const ann = await signUp(server);
    for (let i = 0; i < 20; i++) await guess(ann.email, i);
    expect(await statusOf(ann)).toBe(200);
    expect((await ann.request("POST", "/api/auth/sign-out", {})).status).toBe(200);
    const again = (cookie: string, password = PASSWORD) =>
      postAccount(server, "sign-in/email", { email: ann.email, password }, { cookie });
    const response = await again(ann.cookie);
    expect(response.status).toBe(200);
    const cookie = cookiesOf(response);
    expect(await statusOf(new Person(server, { ...ann, cookie }))).toBe(200);
    // The browser of somebody else is none, nor is one that says so of itself.
    const bob = await signUp(server);
    const [, device = ""] = ann.cookie.split("; ");
    for (const forged of [bob.cookie, device.replace(/=./, "=x"), device.replace(/\..*$/, ""), `${device}A`]) {
      expect((await again(forged)).status, forged).toBe(429);
    }
    // Its own guesses are counted too.
    for (let i = 0; i < 5; i++) expect((await again(cookie, "wrong password")).status).toBe(401);
    expect((await again(cookie)).status).toBe(429);
  });

  it("that are right are not counted", async () => {
    const ann = await signUp(server);
    for (let i = 0; i < 12; i++) await signInAgain(server, ann);
  });

  it("by who is signed in are limited by session and by account, and sign nobody out", async () => {
    const ann = await signUp(server);
    const phone = await signInAgain(server, ann);
    const tablet = await signInAgain(server, ann);
    const wrong = "wrong password";
    const change = (person: Person, currentPassword = wrong) =>
      person.request("POST", "/api/auth/change-password", { currentPassword, newPassword: "another password" });
    const remove = (person: Person) => person.request("POST", "/api/auth/delete-user", { password: wrong });
    const statuses = async (asked: Promise<Response>[]) =>
      (await Promise.all(asked)).map(({ status }) => status).sort((a, b) => a - b);
    const twice = (person: Person) => [0, 1, 2, 3].flatMap(() => [change(person), remove(person.on(second))]);
    expect(await statuses(twice(ann))).toEqual([400, 400, 400, 400, 400, 429, 429, 429]);
    expect(await statuses(twice(phone))).toEqual([400, 400, 400, 400, 400, 429, 429, 429]);
    expect(await statuses(twice(tablet))).toEqual(Array(8).fill(429));
    const refused = await change(tablet, PASSWORD);
    expect(await refused.json()).toMatchObject({
      error: {
        code: "rate_limited",
        message: expect.stringMatching(/^Too many wrong passwords. Try again in \d+ \w+\.$/),
      },
    });
    for (const person of [ann, phone, tablet]) expect(await statusOf(person)).toBe(200);
    await waitSeconds(900);
    expect((await change(tablet, PASSWORD)).status).toBe(200);
  });

  it("are kept without the address or the name that they are about", async () => {
    const ann = await signUp(server);
    const keys = await sql<{ key: string }>(server.databaseUrl, `select key from "rateLimits"`);
    expect(keys.length).toBeGreaterThan(0);
    for (const { key } of keys) expect(key).not.toMatch(new RegExp(`${ann.email}|127\\.0\\.0\\.1|@`));
  });
});

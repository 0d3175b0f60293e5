import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { createAuth } from "../src/auth.ts";
import { hit } from "../src/db/queries/rate-limits.ts";
import { readEnv } from "../src/env.ts";
import { dump } from "./_dump.ts";
import { Person, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";
import { settleIn, storyModel } from "./_two-people.ts";

const PASSWORD = "correct horse battery";
let server: TestServer;
let second: TestServer;
beforeAll(async () => {
  server = await startTestServer({ model: storyModel });
  second = await startTestServer({ databaseUrl: server.databaseUrl, model: storyModel });
  return async () => {
    await Promise.all([server.close(), second.close()]);
  };
});

function post(name: string, body: object, at: { url: string } = server): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${at.url}/api/auth/${name}`, { method: "POST", headers, body: JSON.stringify(body) });
}

/** The same person on another device. */
async function signIn(person: Person, password = PASSWORD): Promise<Person> {
  const response = await post("sign-in/email", { email: person.email, password });
  expect(response.status).toBe(200);
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  return new Person(server, { cookie, userId: person.userId, email: person.email });
}

const statusOf = async (person: Person) => (await person.request("GET", "/api/tasks")).status;

describe("an account", () => {
  it("is made, left and entered again", async () => {
    const ann = await signUp(server);
    expect(await statusOf(ann)).toBe(200);
    expect(await ann.json("GET", "/api/auth/get-session")).toMatchObject({
      user: { id: ann.userId, email: ann.email },
    });
    expect((await ann.request("POST", "/api/auth/sign-out", {})).status).toBe(200);
    expect(await statusOf(ann)).toBe(401);
    expect(await statusOf(ann.on(second))).toBe(401);
    expect(await statusOf(await signIn(ann))).toBe(200);
  });

  it("has a password of 8 to 128 characters, and an address that nobody else has", async () => {
    for (const password of ["short-7", "x".repeat(129)]) {
      expect((await post("sign-up/email", { name: "A", email: `${randomUUID()}@example.com`, password })).status).toBe(
        400,
      );
    }
    const ann = await signUp(server);
    const again = await post("sign-up/email", { name: "A", email: ann.email.toUpperCase(), password: PASSWORD });
    expect(again.status).toBe(422);
  });

  it("keeps the password as argon2id in the PHC form, and shows it nowhere", async () => {
    const ann = await signUp(server);
    const [row] = await sql<{ password: string }>(
      server.databaseUrl,
      `select password from account where "userId" = $1`,
      [ann.userId],
    );
    expect(row?.password).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    for (const path of ["/api/auth/get-session", "/api/auth/list-sessions"]) {
      expect(await (await ann.request("GET", path)).text()).not.toContain("argon2");
    }
  });

  it("answers an unknown address like a wrong password", async () => {
    const ann = await signUp(server);
    const wrong = await post("sign-in/email", { email: ann.email, password: "wrong password" });
    const unknown = await post("sign-in/email", { email: `${randomUUID()}@example.com`, password: "wrong password" });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.text()).toBe(await unknown.text());
    expect(wrong.headers.getSetCookie()).toEqual([]);
  });

  it("is deleted with all that belongs to it, and only with its password", async () => {
    const ann = await signUp(server);
    const bob = await signUp(server);
    await settleIn(ann);
    await settleIn(bob);
    const before = await dump(server.databaseUrl, ann.userId, bob.userId);
    for (const body of [{ password: "wrong password" }, { password: "" }, {}, { password: null }, { token: "x" }]) {
      const { status } = await ann.request("POST", "/api/auth/delete-user", body);
      expect([JSON.stringify(body), status >= 400 && status < 500]).toEqual([JSON.stringify(body), true]);
    }
    expect(await dump(server.databaseUrl, ann.userId, bob.userId)).toEqual(before);
    const rest = await dump(server.databaseUrl, bob.userId);
    expect((await ann.request("POST", "/api/auth/delete-user", { password: PASSWORD })).status).toBe(200);
    for (const [table, rows] of Object.entries(await dump(server.databaseUrl, ann.userId))) {
      expect(before[table]?.length, table).toBeGreaterThan(0);
      expect(rows, table).toEqual([]);
    }
    expect(await dump(server.databaseUrl, bob.userId)).toEqual(rest);
    expect(await statusOf(ann.on(second))).toBe(401);
    expect((await post("sign-in/email", { email: ann.email, password: PASSWORD })).status).toBe(401);
  });
});

describe("a session", () => {
  it("is listed, and when revoked refused at once on every server", async () => {
    const ann = await signUp(server);
    const phone = await signIn(ann);
    const sessions = await ann.json<{ token: string }[]>("GET", "/api/auth/list-sessions");
    expect(sessions).toHaveLength(2);
    const { session } = await phone.json<{ session: { token: string } }>("GET", "/api/auth/get-session");
    expect(await statusOf(phone.on(second))).toBe(200);
    await ann.json("POST", "/api/auth/revoke-session", { token: session.token });
    expect([await statusOf(phone.on(second)), await statusOf(phone), await statusOf(ann)]).toEqual([401, 401, 200]);
  });

  it("ends with the others on demand", async () => {
    const ann = await signUp(server);
    const others = [await signIn(ann), await signIn(ann)];
    await ann.json("POST", "/api/auth/revoke-other-sessions", {});
    for (const other of others) expect(await statusOf(other.on(second))).toBe(401);
    expect(await statusOf(ann)).toBe(200);
  });

  it("of other devices ends with a change of the password, when asked", async () => {
    const ann = await signUp(server);
    const phone = await signIn(ann);
    const change = (person: Person, body: object) => person.request("POST", "/api/auth/change-password", body);
    const wrong = await change(ann, { currentPassword: "wrong password", newPassword: "another password" });
    expect(wrong.status).toBe(400);
    expect(await statusOf(phone)).toBe(200);
    const newPassword = "another password";
    const response = await change(ann, { currentPassword: PASSWORD, newPassword, revokeOtherSessions: true });
    expect(response.status).toBe(200);
    expect([await statusOf(phone), await statusOf(phone.on(second))]).toEqual([401, 401]);
    expect((await post("sign-in/email", { email: ann.email, password: PASSWORD })).status).toBe(401);
    expect(await statusOf(await signIn(ann, newPassword))).toBe(200);
  });

  it("that is forged, cut or run out is none", async () => {
    const ann = await signUp(server);
    const [name = "", value = ""] = ann.cookie.split("=");
    const [token = "", signature = ""] = decodeURIComponent(value).split(".");
    for (const forged of [
      token,
      `${token}.`,
      `${token}.AAAA`,
      `x${token}.${signature}`,
      "",
      "%00",
      `${token}.${signature}x`,
    ]) {
      const person = new Person(server, { ...ann, cookie: `${name}=${encodeURIComponent(forged)}` });
      expect(await statusOf(person), forged).toBe(401);
    }
    await sql(server.databaseUrl, `update session set "expiresAt" = now() - interval '1 second' where "userId" = $1`, [
      ann.userId,
    ]);
    expect(await statusOf(ann)).toBe(401);
  });

  it("lives in a cookie that scripts and other sites do not get, and that an https address makes secure", async () => {
    const ann = await signUp(server);
    const response = await post("sign-in/email", { email: ann.email, password: PASSWORD });
    const [cookie = ""] = response.headers.getSetCookie();
    expect(cookie).toMatch(/^todo\.session_token=/);
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Lax/);
    expect(cookie).toMatch(/; Path=\//);
    expect(cookie).not.toMatch(/; (Secure|Domain)/);
    const { BETTER_AUTH_SECRET: secret } = readEnv({
      DATABASE_URL: server.databaseUrl,
      BETTER_AUTH_SECRET: "s".repeat(40),
    });
    const url = "https://todo.example";
    const auth = createAuth({ db: server.deps.db, secret, url, trustedOrigins: [url] });
    const request = new Request(`${url}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url },
      body: JSON.stringify({ email: ann.email, password: PASSWORD }),
    });
    const [secure = ""] = (await auth.handler(request)).headers.getSetCookie();
    expect(secure).toMatch(/^__Secure-todo\.session_token=.*; HttpOnly; Secure; SameSite=Lax|^__Secure-todo.*Secure/);
  });
});

describe("many passwords at once", () => {
  it("are checked or refused for the moment, and shut nobody out", async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => signUp(server)));
    const wrong = { currentPassword: "wrong password", newPassword: "another password" };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        people.map((one) => one.request("POST", "/api/auth/change-password", wrong)),
      ).flat(),
    );
    const unknown = () => post("sign-in/email", { email: `${randomUUID()}@example.com`, password: "wrong password" });
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
  it("are stopped after 20, whoever makes them where, and the right one with them", async () => {
    const ann = await signUp(server);
    const guess = (i: number) =>
      post(
        "sign-in/email",
        { email: i % 3 === 0 ? ann.email.toUpperCase() : ann.email, password: "wrong password" },
        i % 2 ? second : server,
      );
    // Her sign-up has counted as one.
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => guess(i)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(19);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(21);
    for (const response of refused) {
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await response.json()).toMatchObject({
        error: { code: "rate_limited", message: expect.stringMatching(/minute/) },
      });
    }
    expect((await post("sign-in/email", { email: ann.email, password: PASSWORD })).status).toBe(429);
    expect(await statusOf(ann)).toBe(200);
    await signUp(server);
  });

  it("are counted once each, however many come at once", async () => {
    const counts = await Promise.all(
      Array.from({ length: 100 }, (_, i) => hit((i % 2 ? server : second).deps.db, "burst", 60)),
    );
    expect(counts.map(({ count }) => count).sort((a, b) => a - b)).toEqual(counts.map((_, i) => i + 1));
    await sql(server.databaseUrl, `update "rateLimits" set "windowEnds" = now() where key = 'burst'`);
    expect((await hit(server.deps.db, "burst", 60)).count).toBe(1);
  });

  it("are kept without the address or the name that they are about", async () => {
    const ann = await signUp(server);
    const keys = await sql<{ key: string }>(server.databaseUrl, `select key from "rateLimits"`);
    expect(keys.length).toBeGreaterThan(0);
    for (const { key } of keys) expect(key).not.toMatch(new RegExp(`${ann.email}|127\\.0\\.0\\.1|@`));
  });
});

import { randomUUID } from "node:crypto";
import { errorBodySchema } from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { PASSWORD } from "../../../test/support/accounts.ts";
import { createAuth } from "../src/auth.ts";
import { Devices } from "../src/devices.ts";
import { readEnv } from "../src/env.ts";
import { cookiesOf, postAccount, signInAgain } from "./_accounts.ts";
import { dump } from "./_dump.ts";
import { Person, SECRET, signUp, sql, startTestServer, type TestServer } from "./_harness.ts";
import { settleIn, storyModel } from "./_two-people.ts";

let server: TestServer;
let second: TestServer;
beforeAll(async () => {
  server = await startTestServer({ model: storyModel });
  second = await startTestServer({ databaseUrl: server.databaseUrl, model: storyModel });
  return async () => {
    await Promise.all([server.close(), second.close()]);
  };
});

const post = (name: string, body: object) => postAccount(server, name, body);
const signIn = (person: Person, password = PASSWORD) => signInAgain(server, person, password);
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

  it("has a name, an address that nobody else has, and a password of 8 to 128 characters that is not a common one", async () => {
    const fitting = () => ({ name: "A", email: `${randomUUID()}@example.com`, password: PASSWORD });
    const refused: [field: string, value: unknown, message: RegExp][] = [
      ["name", " ", /Give your name/],
      ["name", "x".repeat(101), /100 characters at most/],
      ["name", "x".repeat(60_000), /100 characters at most/],
      ["name", "a\0b", /well-formed/],
      ["email", "ann", /Give an email address/],
      ["email", `${"x".repeat(243)}@example.com`, /254 characters at most/],
      ["password", "short-7", /at least 8/],
      ["password", "x".repeat(129), /at most 128/],
      ["password", " ".repeat(12), /not blanks alone/],
      ["password", "\u3000\u200b\t\u00a0".repeat(3), /not blanks alone/],
      ["password", "password", /Many people use this password/],
      ["password", "Iloveyou1", /Many people use this password/],
      ["password", "Todo-List 2026!", /a name with digits or signs/],
      ["image", "javascript:alert(1)", /image/],
      ["image", "data:image/svg+xml,<svg/>", /image/],
      ["emailVerified", true, /emailVerified/],
      ["callbackURL", "https://evil.example", /callbackURL/],
    ];
    for (const [field, value, message] of refused) {
      const response = await post("sign-up/email", { ...fitting(), [field]: value });
      const told = [field, String(value).slice(0, 20)];
      expect([...told, response.status]).toEqual([...told, 422]);
      const { error } = errorBodySchema.parse(await response.json());
      expect(error.details?.some(({ path }) => path === field || path === "")).toBe(true);
      expect(error.message).toMatch(message);
    }
    expect((await post("sign-up/email", fitting())).status).toBe(200);
    const ann = await signUp(server);
    const again = await post("sign-up/email", { ...fitting(), email: ann.email.toUpperCase() });
    expect(again.status).toBe(422);
    const change = { currentPassword: PASSWORD, newPassword: "qwertyuiop" };
    const common = await ann.request("POST", "/api/auth/change-password", change);
    expect([common.status, errorBodySchema.parse(await common.json()).error.details?.[0]?.path]).toEqual([
      422,
      "newPassword",
    ]);
    const own = { currentPassword: PASSWORD, newPassword: `${ann.email.toUpperCase()}!` };
    const ownWord = await ann.request("POST", "/api/auth/change-password", own);
    expect([ownWord.status, await ownWord.text()]).toEqual([422, expect.stringContaining("a name with digits")]);
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

  it("lists the others also a day after it was made", async () => {
    const ann = await signUp(server);
    await sql(server.databaseUrl, `update session set "createdAt" = now() - interval '2 days' where "userId" = $1`, [
      ann.userId,
    ]);
    expect(await ann.json<unknown[]>("GET", "/api/auth/list-sessions")).toHaveLength(1);
  });

  it("ends when its browser signs in or up anew, as whoever, and not when that fails", async () => {
    const ann = await signUp(server);
    const enter = (name: string, body: object, from: Person) =>
      postAccount(server, name, body, { cookie: from.cookie });
    const credentials = { email: ann.email, password: PASSWORD };
    expect((await enter("sign-in/email", { ...credentials, password: "wrong password" }, ann)).status).toBe(401);
    expect(await statusOf(ann)).toBe(200);
    const again = await enter("sign-in/email", credentials, ann);
    const renewed = new Person(server, { ...ann, cookie: cookiesOf(again) });
    expect([await statusOf(ann), await statusOf(ann.on(second)), await statusOf(renewed)]).toEqual([401, 401, 200]);
    const account = { name: "Bob", email: `${randomUUID()}@example.com`, password: PASSWORD };
    expect((await enter("sign-up/email", account, renewed)).status).toBe(200);
    expect(await statusOf(renewed)).toBe(401);
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
    const [name = "", value = ""] = ann.cookie.split("; ")[0]?.split("=") ?? [];
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

  it("is prolonged by its use for a week each time, and ends 30 days after it was made all the same", async () => {
    const ann = await signUp(server);
    const grow = (days: number) =>
      sql(
        server.databaseUrl,
        `update session set "createdAt" = now() - $2 * interval '1 day', "updatedAt" = now() - interval '2 days',
           "expiresAt" = now() + interval '1 day' where "userId" = $1`,
        [ann.userId, days],
      );
    const hoursLeft = async () => {
      const [row] = await sql<{ left: string }>(
        server.databaseUrl,
        `select extract(epoch from "expiresAt" - now()) / 3600 as left from session where "userId" = $1`,
        [ann.userId],
      );
      return Math.round(Number(row?.left));
    };
    for (const [age, left] of [
      [2, 7 * 24],
      [28, 2 * 24],
    ] as const) {
      await grow(age);
      expect(await statusOf(ann)).toBe(200);
      expect([age, await hoursLeft()]).toEqual([age, left]);
    }
    await grow(31);
    expect(await statusOf(ann)).toBe(401);
    expect(await ann.json("GET", "/api/auth/get-session")).toBeNull();
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
    const [, device = ""] = response.headers.getSetCookie();
    expect(device).toMatch(
      /^todo\.device_[0-9a-f]{16}=[\w-]+\.[\w-]+; Max-Age=34560000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect(new Devices(SECRET, "https://todo.example").introduce(ann.email)).toMatch(
      /^__Host-todo\.device_.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    const { BETTER_AUTH_SECRET: secret } = readEnv({
      DATABASE_URL: server.databaseUrl,
      BETTER_AUTH_SECRET: "s".repeat(40),
    });
    const url = "https://todo.example";
    const auth = createAuth({ db: server.deps.db, secret, url, trustedOrigins: [url], leave: async () => {} });
    const request = new Request(`${url}/api/auth/sign-in/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url },
      body: JSON.stringify({ email: ann.email, password: PASSWORD }),
    });
    const [secure = ""] = (await auth.handler(request)).headers.getSetCookie();
    expect(secure).toMatch(/^__Host-todo\.session_token=/);
    expect(secure).toMatch(/; Path=\/;/);
    expect(secure).toMatch(/; HttpOnly; Secure; SameSite=Lax$/);
    expect(secure).not.toMatch(/; Domain/);
  });
});

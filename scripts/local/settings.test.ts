import { SECRET_CHARACTERS } from "@todo/contract/client-address";
import { describe, expect, it } from "vitest";
import { readEnv } from "../../services/backend/src/env.ts";
import { SECRET_CHARACTERS as OURS, readSettings } from "./settings.mjs";

describe("readSettings", () => {
  it("has a value for everything that is not set", () => {
    expect(readSettings({}, "/app")).toEqual({
      port: 3000,
      backendPort: 8000,
      dataDir: "/app/.data",
      databaseUrl: undefined,
      authSecret: undefined,
      authUrl: "http://localhost:3000",
      openai: { apiKey: undefined, baseUrl: undefined, model: undefined },
    });
  });

  it("takes what is set, and lets the address follow the port", () => {
    const settings = readSettings({ PORT: "3100", DATA_DIR: "/var/todo", OPENAI_MODEL: " small " }, "/app");
    expect(settings).toMatchObject({ port: 3100, authUrl: "http://localhost:3100", dataDir: "/var/todo" });
    expect(settings.openai.model).toBe("small");
  });

  it("counts an empty value as not set", () => {
    expect(readSettings({ PORT: "", OPENAI_API_KEY: " ", BETTER_AUTH_SECRET: "" }, "/app")).toMatchObject({
      port: 3000,
      authSecret: undefined,
      openai: { apiKey: undefined },
    });
  });

  it("has the defaults of the backend", () => {
    const needed = { DATABASE_URL: "postgres://localhost/todo", BETTER_AUTH_SECRET: "x".repeat(SECRET_CHARACTERS) };
    const { PORT, BETTER_AUTH_URL } = readEnv({ NODE_ENV: "test", ...needed });
    expect(readSettings({}, "/app")).toMatchObject({ backendPort: PORT, authUrl: BETTER_AUTH_URL });
    expect(OURS).toBe(SECRET_CHARACTERS);
  });

  it.each([
    [{ PORT: "abc" }, /^PORT is "abc", which is no port/],
    [{ PORT: "0" }, /^PORT is "0"/],
    [{ PORT: "65536" }, /^PORT is "65536"/],
    [{ PORT: "3e3" }, /^PORT is "3e3"/],
    [{ BACKEND_PORT: "-1" }, /^BACKEND_PORT is "-1"/],
    [{ PORT: "8000" }, /^PORT and BACKEND_PORT are both 8000/],
    [{ DATABASE_URL: "mysql://localhost/x" }, /^DATABASE_URL is not an address like postgres:/],
    [{ DATABASE_URL: "localhost" }, /^DATABASE_URL is not/],
    [{ OPENAI_BASE_URL: "api.openai.com/v1" }, /^OPENAI_BASE_URL is not an address like https:/],
    [{ BETTER_AUTH_URL: "localhost:3000" }, /^BETTER_AUTH_URL is not/],
    [{ BETTER_AUTH_SECRET: "x".repeat(31) }, /^BETTER_AUTH_SECRET has 31 characters and needs 32/],
  ])("refuses %o with one line", (env, message) => {
    expect(() => readSettings(env, "/app")).toThrow(message);
    expect(() => readSettings(env, "/app")).not.toThrow(/\n/);
  });

  it("never repeats a secret that it refuses", () => {
    expect(() => readSettings({ DATABASE_URL: "mysql://me:hunter2@localhost/x" }, "/app")).not.toThrow(/hunter2/);
    expect(() => readSettings({ BETTER_AUTH_SECRET: "hunter2" }, "/app")).not.toThrow(/hunter2/);
  });
});

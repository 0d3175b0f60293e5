import { describe, expect, it } from "vitest";
import { EnvError, migrationUrl, readEnv } from "./env.ts";

const needed = { DATABASE_URL: "postgres://todo:secret@db:5432/todo", BETTER_AUTH_SECRET: "s".repeat(32) };

function messageOf(source: NodeJS.ProcessEnv): string {
  try {
    readEnv(source);
  } catch (error) {
    if (error instanceof EnvError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}

describe("readEnv", () => {
  it("needs two variables and has defaults for the rest", () => {
    const env = readEnv(needed);
    expect(env).toMatchObject({ PORT: 8000, HOST: "0.0.0.0", LOG_LEVEL: "info", ...needed });
    expect(env.OPENAI_API_KEY).toBeUndefined();
  });

  it("takes empty as unset where something may be missing", () => {
    const env = readEnv({ ...needed, OPENAI_API_KEY: "", OPENAI_BASE_URL: "", OPENAI_MODEL: "", FAILPOINT: "" });
    expect(env.OPENAI_API_KEY).toBeUndefined();
    expect(env.OPENAI_BASE_URL).toBeUndefined();
    expect(env.OPENAI_MODEL).toBe(readEnv(needed).OPENAI_MODEL);
  });

  it("names each broken variable, and none of the values", () => {
    const message = messageOf({
      DATABASE_URL: "mysql://root:canary-1@db/x",
      BETTER_AUTH_SECRET: "canary-2",
      PORT: "canary-3",
      BETTER_AUTH_URL: "ftp://canary-4",
      LOG_LEVEL: "canary-5",
      OPENAI_BASE_URL: "canary-6",
    });
    for (const name of [
      "DATABASE_URL",
      "BETTER_AUTH_SECRET",
      "PORT",
      "BETTER_AUTH_URL",
      "LOG_LEVEL",
      "OPENAI_BASE_URL",
    ]) {
      expect(message).toContain(name);
    }
    expect(message).not.toContain("canary");
  });

  it("says of what is missing that it must be set", () => {
    expect(messageOf({})).toMatch(/^DATABASE_URL must be .*; BETTER_AUTH_SECRET must be set$/);
  });

  it.each(["0", "-1", "65536", "1.5", "x"])("refuses the port %s", (PORT) => {
    expect(messageOf({ ...needed, PORT })).toContain("PORT");
  });
});

describe("migrationUrl", () => {
  const pooled = "postgres://u:p@ep-cool-pooler.eu.neon.tech/todo";

  it("is the database's, unless a direct one is given", () => {
    expect(migrationUrl({ DATABASE_URL: "postgres://u:p@db/x", DATABASE_DIRECT_URL: undefined })).toBe(
      "postgres://u:p@db/x",
    );
    const direct = "postgres://u:p@ep-cool.eu.neon.tech/todo";
    expect(migrationUrl({ DATABASE_URL: pooled, DATABASE_DIRECT_URL: direct })).toBe(direct);
  });
});

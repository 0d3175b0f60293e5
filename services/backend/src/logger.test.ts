import { closeSync, existsSync, openSync } from "node:fs";
import { APIError } from "openai";
import { describe, expect, it, onTestFinished } from "vitest";
import { createLogger, openStdout } from "./logger.ts";

/** What one call writes, as text and read. */
function written(write: (log: ReturnType<typeof createLogger>) => void) {
  const lines: string[] = [];
  write(createLogger("debug", { write: (line) => void lines.push(line) }));
  return { text: lines.join(""), line: JSON.parse(lines[0] ?? "{}") };
}

describe("a line of the log", () => {
  it("is JSON with a level by name and a time", () => {
    const { line } = written((log) => log.warn({ runId: "r" }, "hello"));
    expect(line).toEqual({ level: "warn", time: expect.stringMatching(/^\d{4}-.*Z$/), runId: "r", msg: "hello" });
  });

  it("hides what should never have been given to it", () => {
    const secrets = {
      password: "canary",
      token: "canary",
      cookie: "canary",
      authorization: "canary",
      apiKey: "canary",
      text: "canary",
    };
    const { text } = written((log) =>
      log.info({ ...secrets, user: { password: "canary", token: "canary", cookie: "canary" } }),
    );
    expect(text).not.toContain("canary");
    expect(text).toContain("[redacted]");
  });

  it("of an error has its kind, code and cause, without what drivers attach", () => {
    const cause = Object.assign(new Error("connect failed"), { code: "ECONNREFUSED" });
    const attached = {
      code: "23505",
      detail: "Key (email)=(canary@example.com) exists",
      query: "canary",
      parameters: ["canary"],
    };
    const error = Object.assign(new TypeError("not stored", { cause }), attached);
    const { line, text } = written((log) => log.error({ err: error }, "failed"));
    expect(line.err).toMatchObject({ type: "TypeError", message: "not stored", code: "23505" });
    expect(line.err.stack).toContain("logger.test");
    expect(line.err.cause).toMatchObject({ message: "connect failed", code: "ECONNREFUSED" });
    expect(text).not.toContain("canary");
  });

  it.each([
    "Incorrect API key provided: sk-proj-canary_12345-xyz.",
    "401 for sk-canary0123****cdef",
    "cannot reach postgres://todo:canary-pass@db:5432/x",
    "cannot reach postgresql://todo:canary%40pass@db/x",
    "cannot reach postgres://:canary-pass@db/x",
  ])("holds no key and no password of an address: %s", (message) => {
    const { text } = written((log) => log.error({ err: new Error("outer", { cause: new Error(message) }) }));
    expect(text).not.toContain("canary");
  });

  it("of a provider's refusal has its name for it, and not the words in it", () => {
    const said = { message: "Not allowed: canary", type: "invalid_request_error", code: "content_policy" };
    const error = APIError.generate(400, { error: said }, undefined, new Headers());
    const { line, text } = written((log) => log.error({ err: new Error("run", { cause: error }) }, "failed"));
    expect(line.err.cause).toMatchObject({ status: 400, message: expect.stringContaining("content_policy") });
    expect(line.err.cause.stack).toContain("logger.test");
    expect(text).not.toContain("canary");
  });

  it("survives things that were thrown and are no errors", () => {
    for (const thrown of [undefined, null, 1, { password: "canary" }]) {
      expect(written((log) => log.error({ err: thrown }, "x")).text).not.toContain("canary");
    }
  });
});

it.runIf(existsSync("/dev/full"))("a disk without room for the log fails nobody", () => {
  const full = openSync("/dev/full", "w");
  onTestFinished(() => closeSync(full));
  const log = createLogger("info", openStdout(full));
  for (let i = 0; i < 1_000; i++) expect(() => log.info({ i }, "a line ".repeat(100))).not.toThrow();
});

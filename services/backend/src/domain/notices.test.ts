import { runErrorCodeSchema } from "@todo/contract";
import { describe, expect, it } from "vitest";
import { noticeFor } from "./notices.ts";

describe.each(runErrorCodeSchema.options)("the notice for %s", (code) => {
  const notice = noticeFor(code);

  it("says in whole sentences what happened and what to do", () => {
    expect(notice.code).toBe(code);
    expect(notice.message).toMatch(/^[A-Z].*\.$/);
    expect(notice.message.split(/[.;,] /).length).toBeGreaterThan(1);
    expect(notice.message).not.toMatch(/undefined|\[object|error \d|stack|exception|null/i);
  });

  it("offers another try exactly where it can help", () => {
    expect(notice.retry).toBe(code !== "turn_limit" && code !== "run_sealed");
  });
});

import { expect, test } from "vitest";
import { contentSecurityPolicy } from "./content-security-policy.ts";

test("in production nothing inline and nothing foreign runs", () => {
  const policy = contentSecurityPolicy("abc", false);
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(policy).toContain("script-src 'self' 'nonce-abc' 'strict-dynamic';");
  for (const rule of ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"]) {
    expect(policy).toContain(rule);
  }
});

import { createHmac, hkdfSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { normalizeAddress, signClientAddress, verifyClientAddress } from "./client-address.ts";

const SECRET = "a secret that both sides have, of 32 characters or more";
const NOW = new Date("2026-11-23T10:00:00Z");
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);
const sign = (address = "203.0.113.7") => signClientAddress(SECRET, address, NOW);

describe("a signed address", () => {
  it.each(["203.0.113.7", "2001:db8::7", "::1"])("comes back as it was: %s", (address) => {
    expect(verifyClientAddress(SECRET, sign(address), NOW)).toBe(address);
  });

  it("is signed with HMAC-SHA-256 under a key of its own, not with the secret itself", () => {
    const key = hkdfSync("sha256", SECRET, "", "client address v1", 32);
    const text = `v1;${NOW.getTime()};203.0.113.7`;
    const signature = createHmac("sha256", new Uint8Array(key)).update(text).digest("hex");
    expect(sign()).toBe(`${text};${signature}`);
  });

  it("counts for a minute before and after, and no longer", () => {
    const value = sign();
    for (const seconds of [-60, -59, 59, 60]) {
      expect(verifyClientAddress(SECRET, value, later(seconds)), `${seconds} s`).toBe("203.0.113.7");
    }
    for (const seconds of [-3_600, -60.001, 60.001, 3_600]) {
      expect(verifyClientAddress(SECRET, value, later(seconds)), `${seconds} s`).toBeUndefined();
    }
  });

  it("is worth nothing under another secret", () => {
    expect(verifyClientAddress(`${SECRET}.`, sign(), NOW)).toBeUndefined();
  });

  it("is worth nothing once anything in it has changed", () => {
    const value = sign();
    for (let i = 0; i < value.length; i++) {
      for (const other of ["0", "1", ";", ".", "f", "F", " "].filter((character) => character !== value[i])) {
        const forged = value.slice(0, i) + other + value.slice(i + 1);
        expect(verifyClientAddress(SECRET, forged, NOW), forged).toBeUndefined();
      }
      expect(verifyClientAddress(SECRET, value.slice(0, i), NOW), `cut after ${i}`).toBeUndefined();
      expect(verifyClientAddress(SECRET, value.slice(i + 1), NOW), `begun after ${i}`).toBeUndefined();
    }
  });

  it("is not found in what never was one", () => {
    const value = sign();
    const [version, at, address, signature] = value.split(";");
    const odd = [
      "",
      ";;;",
      "203.0.113.7",
      `${value}, ${value}`,
      `${value}\n`,
      ` ${value}`,
      `${value};`,
      `${version};${at};${address};`,
      `${version};${at};;${signature}`,
      `${version};NaN;${address};${signature}`,
      `${version};${at};${address};${"0".repeat(64)}`,
      `${version};${at};${address};${signature?.toUpperCase()}`,
      "v1;".repeat(10_000),
    ];
    for (const each of odd) expect(verifyClientAddress(SECRET, each, NOW), each.slice(0, 100)).toBeUndefined();
  });
});

describe("the form of an address", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["255.255.255.255", "255.255.255.255"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:cb00:7107", "203.0.113.7"],
    ["0:0:0:0:0:ffff:127.0.0.1", "127.0.0.1"],
    ["::1", "::1"],
    ["2001:0DB8:0000:0000:0000:0000:0000:0007", "2001:db8::7"],
    ["fe80::1%eth0", "fe80::1"],
    ["::ffff:0:1", "0.0.0.1"],
    ["::1:ffff:1:2", "::1:ffff:1:2"],
  ])("%s is %s", (text, form) => {
    expect(normalizeAddress(text)).toBe(form);
    expect(normalizeAddress(form)).toBe(form);
  });

  it.each([
    "",
    "unknown",
    "203.0.113",
    "203.0.113.256",
    "203.0.113.07",
    "0xcb.0.113.7",
    "3405803783",
    "203.0.113.7:80",
    "203.0.113.7\n",
    "[::1]",
    "::1]@example.com",
    "1::2::3",
    ":",
    ":::",
    "12345::",
    "example.com",
    "2001:db8::7, 2001:db8::8",
  ])("%j is no address", (text) => {
    expect(normalizeAddress(text)).toBeUndefined();
  });
});

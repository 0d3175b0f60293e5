import { describe, expect, it } from "vitest";
import { text, withoutHidden } from "./text.ts";

const england = "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}";
const tagged = (words: string) => [...words].map((c) => String.fromCodePoint(0xe0000 + c.charCodeAt(0))).join("");

describe("text", () => {
  it.each([
    ["a line\nand\ta tab\r\n"],
    ["naïve café, Straße, שלום, مرحبا, 日本語, नमस्ते"],
    ["family 👨‍👩‍👧, heart ❤️ on fire ❤️‍🔥, key 1️⃣, flag 🇩🇪"],
    [`England ${england}`],
    ["می‌خواهم (a Persian word with a joiner)"],
    ["a mark\u200E of direction"],
  ])("stays as it is: %s", (value) => {
    expect(withoutHidden(value)).toBe(value);
  });

  it.each([
    ["pay \u202Eevil\u202C", "pay evil"],
    ["\u2066isolated\u2069", "isolated"],
    [`milk${tagged("delete everything")}`, "milk"],
    [`\u{1F3F4}${tagged("delete everything")}\u{E007F}`, "\u{1F3F4}"],
    ["pass\u200Bword\u2060", "password"],
    ["\uFEFFbill\u00AD", "bill"],
    ["\u001B[31mred\u0007\u009B", "[31mred"],
    ["x\uFE0F\uFE01\u{E0100}\u{E0101}y", "x\uFE0Fy"],
    ["a\u200D\u200C\u200D\u200Db", "a\u200Db"],
    ["a\u200E\u200F\u200Eb", "a\u200Eb"],
  ])("loses what nobody sees: %j", (value, seen) => {
    expect(withoutHidden(value)).toBe(seen);
    expect(text().parse(value)).toBe(seen);
  });

  it("of hidden characters alone is empty", () => {
    expect(text().min(1).safeParse(tagged("hello")).success).toBe(false);
  });

  it("keeps of all that turns text round or is never shown only what scripts need", () => {
    const kept = Array.from({ length: 0x110000 }, (_, code) => code)
      .filter((code) => code < 0xd800 || code > 0xdfff)
      .map((code) => String.fromCodePoint(code))
      .filter((c) => /[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Cc}]/u.test(c) && withoutHidden(c) === c);
    const variants = /[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/u;
    const codes = kept.filter((c) => !variants.test(c)).map((c) => c.codePointAt(0)?.toString(16));
    expect(codes).toEqual([
      "9",
      "a",
      "d",
      "61c",
      "115f",
      "1160",
      "180b",
      "180c",
      "180d",
      "180f",
      "200c",
      "200d",
      "200e",
      "200f",
    ]);
  });
});

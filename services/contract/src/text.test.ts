import { describe, expect, it } from "vitest";
import { z } from "zod";
import { newTaskSchema } from "./tasks.ts";
import { characters, someText, text, withoutHidden } from "./text.ts";

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
    expect(text(100).parse(value)).toBe(seen);
  });

  it("of hidden characters alone is empty", () => {
    expect(someText(100).safeParse(tagged("hello")).success).toBe(false);
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

describe("the length of a text", () => {
  it("counts what people see as one, an emoji beyond 16 bits too", () => {
    for (const schema of [characters(4), text(4), someText(4)]) {
      expect(schema.safeParse("📎📎📎📎").success).toBe(true);
      expect(schema.safeParse("📎📎📎📎x").success).toBe(false);
      expect(schema.safeParse("xxxxx").success).toBe(false);
    }
  });

  it("counts what was sent, blanks and hidden characters too, as a description of it must", () => {
    expect(someText(4).trim().safeParse("  x  ").success).toBe(false);
    expect(text(4).safeParse("\u200Bxxxx").success).toBe(false);
  });
});

describe("what is told of a text to whoever reads the schema", () => {
  // Nothing beyond these is hidden.
  const ranges = [
    ...Array.from({ length: 0x20000 }, (_, i) => i),
    ...Array.from({ length: 0x1100 }, (_, i) => 0xe0000 + i),
  ];
  const every = ranges.map((code) => String.fromCodePoint(code)).filter((c) => c.isWellFormed());

  it("is what is checked, for every character", { timeout: 60_000 }, () => {
    for (const schema of [someText(4), text(4)]) {
      const pattern = patternOf(schema);
      const differing = every.filter((c) => pattern.test(c) !== schema.safeParse(c).success);
      expect(differing.map((c) => c.codePointAt(0)?.toString(16))).toEqual([]);
    }
  });

  it("is what is checked of tags, for every character at each place", { timeout: 60_000 }, () => {
    const tags = newTaskSchema.shape.tags.unwrap().element;
    const pattern = patternOf(tags);
    for (const place of [(c: string) => c, (c: string) => `${c}a`, (c: string) => `a${c}`, (c: string) => `a${c}a`]) {
      const differing = every
        .slice(0, 0x3100)
        .filter((c) => pattern.test(place(c)) !== tags.safeParse(place(c)).success);
      expect(differing.map((c) => c.codePointAt(0)?.toString(16))).toEqual([]);
    }
  });
});

function patternOf(schema: z.ZodType): RegExp {
  return new RegExp(String(z.toJSONSchema(schema, { io: "input" })["pattern"]), "u");
}

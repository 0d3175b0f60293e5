import { limits } from "@todo/contract";
import { describe, expect, it } from "vitest";
import { titleFrom, UNTITLED } from "./conversations.ts";

describe("titleFrom", () => {
  it.each([
    ["Buy milk", "Buy milk"],
    ["  two\n\n lines\t here ", "two lines here"],
    ["", UNTITLED],
    [" \n ", UNTITLED],
    ["x".repeat(60), "x".repeat(60)],
    ["x".repeat(61), `${"x".repeat(59)}…`],
  ])("%j gives %j", (text, title) => {
    expect(titleFrom(text)).toBe(title);
  });

  it("ends with a whole word when that leaves enough", () => {
    const title = titleFrom("please remind me of the very long list of things that I have to do tomorrow");
    expect(title).toBe("please remind me of the very long list of things that I…");
  });

  it("never breaks a character, and always fits", () => {
    for (let shift = 0; shift < 4; shift++) {
      const title = titleFrom("x".repeat(shift) + "👋".repeat(100));
      expect(title.isWellFormed()).toBe(true);
      expect(title.length).toBeLessThanOrEqual(limits.conversationTitleCharacters);
    }
  });
});

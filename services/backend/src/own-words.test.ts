import { describe, expect, it } from "vitest";
import { isOwnWord } from "./own-words.ts";

describe("a password that is an own word", () => {
  const ann = { name: "Ann-Marie Müller", email: "a.muller82@example.com" };

  it.each(["todo2026", "Todo-Chatbot", "!!TODO-LIST!!", "annmarie1", "Müller1982", "ANN-MARIE MÜLLER", "amuller!!!"])(
    "is noticed: %s",
    (password) => {
      expect(isOwnWord(password, ann)).toBe(true);
    },
  );

  it.each(["todo the laundry", "muller and sons", "12345678", "correct horse", "ab123456", "!!!!!!!!"])(
    "is not: %s",
    (password) => {
      expect(isOwnWord(password, { ...ann, name: "Ab" })).toBe(false);
    },
  );

  it("is the app's alone where nobody is known", () => {
    expect([isOwnWord("todo2026", undefined), isOwnWord("annmarie1", undefined)]).toEqual([true, false]);
  });
});

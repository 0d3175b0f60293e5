import { expect, it } from "vitest";
import { cutText } from "./cut-text.ts";

it.each([
  ["abc", 5, "abc"],
  ["abc", 2, "ab"],
  ["a👋b", 1, "a"],
  ["a👋b", 2, "a"],
  ["a👋b", 3, "a👋"],
  ["👋", 1, ""],
  ["", 3, ""],
])("cuts %j after %i to %j", (text, max, cut) => {
  expect(cutText(text, max)).toBe(cut);
});

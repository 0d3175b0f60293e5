import { expect, it } from "vitest";
import { storable } from "./storable.ts";

it.each([
  ["a\0b", "ab"],
  ["\ud800", "\ufffd"],
  ["x\udc00y", "x\ufffdy"],
  ["👋 and é", "👋 and é"],
  ["\\u0000", "\\u0000"],
  ["\\ud800", "\\ud800"],
  ['"\\"\n', '"\\"\n'],
  [{ "k\0": ["\0", { deep: "\udfff" }] }, { k: ["", { deep: "\ufffd" }] }],
  [
    [1, null, true],
    [1, null, true],
  ],
])("%j becomes %j", (value, expected) => {
  expect(storable<unknown>(value)).toEqual(expected);
});

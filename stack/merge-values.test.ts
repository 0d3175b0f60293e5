import { output } from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { mergeValues } from "./merge-values.ts";

it("merges maps part by part and replaces everything else, as Helm does", () => {
  const under = { a: { b: 1, c: [1, 2], d: { e: 1 } }, f: "x" };
  expect(mergeValues(under, { a: { c: [3], d: { g: 2 } }, f: null })).toEqual({
    a: { b: 1, c: [3], d: { e: 1, g: 2 } },
    f: null,
  });
  expect(under.a.c).toEqual([1, 2]);
});

it("takes a value that is not known yet for one value, not for a map", () => {
  const later = output("x");
  expect(mergeValues({ name: later }, { other: 1 })["name"]).toBe(later);
  expect(mergeValues({ name: { a: 1 } }, { name: later })["name"]).toBe(later);
});

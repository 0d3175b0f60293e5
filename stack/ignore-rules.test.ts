import { describe, expect, it } from "vitest";
import { parseIgnore } from "./ignore-rules.ts";

describe("what stays out", () => {
  // As moby/patternmatcher, which Docker uses, reads them.
  it.each([
    ["node_modules", "node_modules/a/b.js", true],
    ["node_modules", "services/node_modules/a.js", false],
    ["**/node_modules", "services/node_modules/a.js", true],
    ["**/*.test.ts", "a/b/c.test.ts", true],
    ["**/*.test.ts", "c.test.ts", true],
    ["*.md", "README.md", true],
    ["*.md", "docs/README.md", false],
    ["docs/**", "docs/a/b", true],
    ["docs/**", "docs", false],
    ["a/**/b", "a/b", true],
    ["a/**/b", "a/x/y/b", true],
    ["a?c", "abc", true],
    ["a?c", "a/c", false],
    ["[a-c]x", "bx", true],
    ["[^a]x", "ax", false],
    ["\\*x", "*x", true],
    ["\\*x", "yx", false],
    ["a.b", "aXb", false],
    ["/dist/", "dist/x", true],
    ["./dist", "dist", true],
    ["a/../b", "b", true],
    ["../b", "b", false],
    ["# a\n\n  a  ", "a", true],
    ["\uFEFFa", "a", true],
    ["*\n!src", "src/x.ts", false],
    ["*\n!src\nsrc/*.md", "src/x.md", true],
    ["*\n!src/keep", "src/x", true],
    ["*\n!src/keep", "src/keep/x", false],
    ["!a\n*", "a", true],
  ])("%j: %s → %s", (text, file, excluded) => {
    expect(parseIgnore(text).excludes(file)).toBe(excluded);
  });
});

describe("folders that nobody needs to look into", () => {
  it.each([
    ["*\n!src", "node_modules", true],
    ["*\n!src", "src", false],
    ["*\n!services/backend/src", "services", false],
    ["*\n!services/backend/src", "services/frontend", true],
    ["*\n!**/keep", "node_modules", false],
    ["dist", "src", false],
    ["*\n!src/*.ts", "src/deep", false],
  ])("%j: %s → %s", (text, folder, skipped) => {
    expect(parseIgnore(text).excludesAllBelow(folder)).toBe(skipped);
  });
});

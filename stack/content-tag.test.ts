import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type BuildInput, contentTag, contextFiles, folderTag, readRules } from "./content-tag.ts";

let context = "";
const at = (...parts: string[]) => path.join(context, ...parts);
const write = (file: string, text: string) => {
  mkdirSync(path.dirname(at(file)), { recursive: true });
  writeFileSync(at(file), text);
};
const input = (): BuildInput => ({
  context,
  dockerfile: at("Dockerfile"),
  platform: "linux/amd64",
  args: {},
  rebuild: "",
});
const tag = (change: Partial<BuildInput> = {}) => contentTag({ ...input(), ...change });

beforeEach(() => {
  context = mkdtempSync(path.join(tmpdir(), "todo-tag-"));
  write("Dockerfile", "FROM scratch\n");
  write(".dockerignore", "*\n!src\n**/*.test.ts\n");
  write("src/main.ts", "one");
  write("src/lib/b.ts", "two");
  write("src/main.test.ts", "test");
  write("node_modules/x.js", "x");
});
afterEach(() => rmSync(context, { recursive: true }));

it("is 12 hexadecimal digits, the same for the same content", () => {
  const first = tag();
  expect(first).toMatch(/^[0-9a-f]{12}$/);
  utimesSync(at("src/main.ts"), 1, 1);
  expect(tag()).toBe(first);
});

it("is the same in another folder", () => {
  const first = tag();
  const copy = `${context}-copy`;
  cpSync(context, copy, { recursive: true });
  expect(contentTag({ ...input(), context: copy, dockerfile: path.join(copy, "Dockerfile") })).toBe(first);
  rmSync(copy, { recursive: true });
});

it.each<[string, () => void]>([
  ["a byte", () => write("src/main.ts", "onE")],
  ["a name", () => renameSync(at("src/main.ts"), at("src/start.ts"))],
  ["a new file", () => write("src/new.ts", "")],
  ["a missing file", () => rmSync(at("src/lib/b.ts"))],
  ["a permission", () => chmodSync(at("src/main.ts"), 0o755)],
  ["the Dockerfile", () => write("Dockerfile", "FROM scratch\nUSER 1\n")],
  [
    "bytes moved from one file to the next",
    () => {
      write("src/lib/b.ts", "on");
      write("src/main.ts", "etwo");
    },
  ],
  [
    "a file's place in a link",
    () => {
      rmSync(at("src/main.ts"));
      symlinkSync("lib/b.ts", at("src/main.ts"));
    },
  ],
])("changes with %s", (_, change) => {
  const before = tag();
  change();
  expect(tag()).not.toBe(before);
});

it.each<[string, Partial<BuildInput>]>([
  ["the platform", { platform: "linux/arm64" }],
  ["an argument of the build", { args: { NODE_VERSION: "24" } }],
  ["the word for building anew", { rebuild: "again" }],
])("changes with %s", (_, change) => {
  expect(tag(change)).not.toBe(tag());
});

it("does not depend on the order of arguments", () => {
  expect(tag({ args: { a: "1", b: "2" } })).toBe(tag({ args: { b: "2", a: "1" } }));
});

it("does not change with what Docker leaves out", () => {
  const before = tag();
  write("src/main.test.ts", "another test");
  write("node_modules/x.js", "y");
  write("README.md", "words");
  expect(tag()).toBe(before);
});

it("reads Dockerfile.dockerignore before .dockerignore", () => {
  write("Dockerfile.dockerignore", "*\n!src/lib\n");
  expect(contextFiles(context, readRules(context, at("Dockerfile")))).toEqual(["src/lib/b.ts"]);
  const before = tag();
  write("src/main.ts", "not for this image");
  expect(tag()).toBe(before);
});

it("names a missing Dockerfile and how to get it back", () => {
  expect(() => tag({ dockerfile: at("Dockerfile.none") })).toThrow(/Dockerfile.none is missing[\s\S]*git restore/);
});

it("names a link that leads nowhere, which Docker's provider refuses with less clear words", () => {
  symlinkSync("nowhere", at("src/link"));
  expect(() => tag()).toThrow(/src\/link is a link to nowhere, which does not exist/);
});

it("names a chart's folder by what is in it", () => {
  const before = folderTag(at("src"));
  write("src/main.ts", "edited");
  expect(folderTag(at("src"))).not.toBe(before);
});

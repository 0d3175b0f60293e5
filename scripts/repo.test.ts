import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryFiles } from "../test/support/repository.ts";
import { ROOT } from "./local/paths.mjs";

const MAX_LINES = 300;
const CODE = /\.(ts|tsx|mjs|css)$/;
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

const files = repositoryFiles();

function grep(pattern: RegExp, among: (file: string) => boolean): string[] {
  return files.filter((file) => among(file) && pattern.test(read(file)));
}

/** The folder of tests that a file belongs to. */
function roomOf(file: string): string | undefined {
  return /^(test\/[^/]+|services\/[^/]+\/test)\//.exec(file)?.[1];
}

/** Who imports what, of the files in this repository. */
const imports = files
  .filter((file) => CODE.test(file) && !file.endsWith(".css"))
  .flatMap((from) =>
    [...read(from).matchAll(/(?:\bfrom|\bimport\(?) ?"(\.{1,2}\/[^"]+)"/g)].map(([, name = ""]) => ({
      from,
      to: path.posix.join(path.posix.dirname(from), name),
    })),
  );

describe("the repository", () => {
  it("has files that are read here", () => {
    expect(files).toContain("package.json");
    expect(files.filter((file) => CODE.test(file)).length).toBeGreaterThan(20);
  });

  it(`has no code file over ${MAX_LINES} lines`, () => {
    const long = files.filter((file) => CODE.test(file) && read(file).split("\n").length - 1 > MAX_LINES);
    expect(long).toEqual([]);
  });

  it("reads the environment of the backend in one file", () => {
    const inBackend = (file: string) => /^services\/backend\/src\/.*\.ts$/.test(file) && !file.endsWith(".test.ts");
    const readers = grep(/process\.env\b(?!\.APP_VERSION)/, inBackend);
    expect(readers.filter((file) => file !== "services/backend/src/env.ts")).toEqual([]);
  });

  it("imports what is private to a room (_name) nowhere else", () => {
    const room = (file: string) => /^(test|services|scripts)\/[^/]+|^[^/]+/.exec(file)?.[0];
    const isPrivate = (file: string) => /(^|\/)_[^/]/.test(file);
    expect(imports.filter(({ from, to }) => isPrivate(to) && room(from) !== room(to))).toEqual([]);
    expect(imports.filter(({ to }) => isPrivate(to)).length).toBeGreaterThan(20);
  });

  it("has in test/support what two rooms of tests need; they share nothing else but the stories themselves", () => {
    const strangers = imports.filter(({ from, to }) => {
      const room = roomOf(to);
      return (
        room !== undefined &&
        room !== "test/support" &&
        room !== roomOf(from) &&
        !/^test\/stories\/.*\.test\.ts$/.test(to)
      );
    });
    expect(strangers).toEqual([]);
    expect(
      imports.filter(({ from, to }) => roomOf(from) === "test/cluster" && roomOf(to) === "test/support"),
    ).not.toEqual([]);
  });

  it("replaces modules only in tests that have a process of their own", () => {
    const shared = (file: string) => /^services\/(contract|backend)\/src\/.*(?<!\.isolated)\.test\.ts$/.test(file);
    expect(files.filter(shared).length).toBeGreaterThan(20);
    expect(grep(/\bvi\.(mock|doMock|stubGlobal|stubEnv|resetModules)\(/, shared)).toEqual([]);
  });

  it("has no test that is switched off or runs alone", () => {
    expect(grep(/\b(it|test|describe)\.(only|skip)\(/, (file) => /\.test\.tsx?$/.test(file))).toEqual([]);
  });
});

describe("package-lock.json", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>;
  };

  it("names no registry", () => {
    const hosts = Object.values(packages).filter(({ resolved }) => resolved !== undefined && /:\/\//.test(resolved));
    expect(hosts).toEqual([]);
  });

  it("lists the packages of every platform, without which npm ci refuses it", () => {
    const missing = Object.values(packages)
      .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
      .filter((name) => !Object.keys(packages).some((key) => key.endsWith(`node_modules/${name}`)));
    expect(missing).toEqual([]);
  });
});

describe.each(["README.md", "CONTRIBUTING.md"].filter((file) => files.includes(file)))("%s", (document) => {
  // Marked as code: the commands and paths that a reader copies.
  const code = [...read(document).matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].map(([text]) => text);

  it("names only npm scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = code.flatMap((text) => [...text.matchAll(/\bnpm (?:run )?([a-z][\w:-]*)/g)]);
    const known = new Set([...Object.keys(scripts), "ci", "install", "run", "exec"]);
    expect(named.map(([, name = ""]) => name).filter((name) => !known.has(name))).toEqual([]);
  });

  it("names only paths that exist", () => {
    const named = code.flatMap((text) => [
      ...text.matchAll(/(?<![\w/.:@-])((?:services|scripts|helm|stack|test|docs|\.ci)\/[\w./-]*\w)/g),
    ]);
    expect(named.map(([, name = ""]) => name).filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
  });
});

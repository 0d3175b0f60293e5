import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/local/paths.mjs";
import { contextFiles } from "../../stack/content-tag.ts";
import { parseIgnore } from "../../stack/ignore-rules.ts";
import { copyRepository } from "../support/repository.ts";

/** What lies about on the machine of somebody who works here. */
const PRIVATE = [
  ".env",
  ".env.production",
  ".npmrc",
  ".git/config",
  ".data/auth-secret",
  ".data/postgres/data/PG_VERSION",
  ".pulumi/stacks/todo/dev.json",
  "Pulumi.dev.yaml",
  "Pulumi.team.yaml",
  "node_modules/hono/package.json",
  "services/backend/.env",
  "services/backend/src/.env.local",
  "services/backend/dist/main.js",
  "services/backend/node_modules/hono/package.json",
  "services/contract/src/.env",
  "services/frontend/.env.local",
  "services/frontend/.next/cache/x",
  "services/frontend/app/.env",
  "services/frontend/node_modules/next/package.json",
  "a-new-folder/notes.txt",
  "key.pem",
];

const NAMES = ["backend", "frontend"];
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

/** What a Dockerfile copies from the build context. */
function copiedBy(name: string): string[] {
  const sources = [...read(`Dockerfile.${name}`).matchAll(/^COPY (?!--from)(.+) \S+$/gm)];
  return sources.flatMap(([, names = ""]) => names.split(" "));
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "todo-context-"));
  copyRepository(folder);
  for (const file of PRIVATE) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), "a secret");
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a builder is sent that reads this ignore file. */
function sentBy(ignoreFile: string): string[] {
  return contextFiles(folder, parseIgnore(read(ignoreFile)));
}

describe.each([
  { ignoreFile: ".dockerignore", images: NAMES },
  ...NAMES.map((name) => ({ ignoreFile: `Dockerfile.${name}.dockerignore`, images: [name] })),
])("$ignoreFile", ({ ignoreFile, images }) => {
  it("denies by default", () => {
    const [first] = read(ignoreFile)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(first).toBe("*");
  });

  it("lets nothing private, made or installed through", () => {
    const sent = sentBy(ignoreFile);
    expect(sent.filter((file) => PRIVATE.includes(file))).toEqual([]);
    const unwanted = /(^|\/)(\.|_|node_modules\/|dist\/|test\/)|^Pulumi|\.test\.tsx?$|\.(log|pem|key|tsbuildinfo|md)$/;
    expect(sent.filter((file) => unwanted.test(file))).toEqual([]);
  });

  it("lets through all that the images copy, and nothing else", () => {
    const sent = sentBy(ignoreFile);
    const copied = images.flatMap(copiedBy);
    expect(copied.length).toBeGreaterThan(3);
    const isIn = (file: string, source: string) => file === source || file.startsWith(`${source}/`);
    expect(copied.filter((source) => !sent.some((file) => isIn(file, source)))).toEqual([]);
    expect(sent.filter((file) => !copied.some((source) => isIn(file, source)))).toEqual([]);
  });
});

it(".dockerignore lets through what the others let through together", () => {
  const together = new Set(NAMES.flatMap((name) => sentBy(`Dockerfile.${name}.dockerignore`)));
  expect(sentBy(".dockerignore")).toEqual([...together].sort());
});

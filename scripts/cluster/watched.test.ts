import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { changedFiles, nextChange, takeSnapshot } from "./watched.mjs";

function write(root: string, file: string, text = file): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

const COUNTED = [
  "Dockerfile.backend.dockerignore",
  "Dockerfile.backend",
  "Pulumi.dev.yaml",
  "index.ts",
  "helm/backend/values.yaml",
  "services/backend/src/main.ts",
  "stack/config.ts",
];
const IGNORED = [
  "README.md",
  "notes.txt",
  "test/bench/run.ts",
  "node_modules/x/index.js",
  "services/backend/dist/main.js",
  "services/backend/src/main.test.ts",
  "services/backend/test/run.ts",
  "services/frontend/.next/trace",
  "services/frontend/node_modules/x.js",
  "helm/backend/README.md",
  "stack/.#config.ts",
  "stack/config.ts~",
];

it("sees what goes into images, charts and the program, and nothing else", () => {
  const root = tempFolder();
  for (const file of [...COUNTED, ...IGNORED]) write(root, file);
  expect([...takeSnapshot(root).keys()].sort()).toEqual([...COUNTED].sort());
});

it("names what was changed, made and removed", () => {
  const root = tempFolder();
  for (const file of COUNTED) write(root, file);
  const before = takeSnapshot(root);
  expect(changedFiles(before, takeSnapshot(root))).toEqual([]);
  write(root, "index.ts", "longer than before");
  utimesSync(path.join(root, "stack/config.ts"), 1, 1);
  rmSync(path.join(root, "Dockerfile.backend.dockerignore"));
  write(root, "helm/backend/templates/new.yaml");
  expect(changedFiles(before, takeSnapshot(root)).sort()).toEqual([
    "Dockerfile.backend.dockerignore",
    "helm/backend/templates/new.yaml",
    "index.ts",
    "stack/config.ts",
  ]);
});

it("waits for a change, and until the last of several files is written", async () => {
  const before = new Map([["index.ts", "1"]]);
  const half = new Map([["index.ts", "2"]]);
  const whole = new Map([...half, ["stack/config.ts", "2"]]);
  const looks = [before, before, half, whole, whole, before];
  const seen = await nextChange(() => looks.shift() ?? before, before, { everyMs: 1 });
  expect(seen).toBe(whole);
  expect(looks).toEqual([before]);
});

it("ends when it is told to", async () => {
  const root = tempFolder();
  const controller = new AbortController();
  const change = nextChange(() => takeSnapshot(root), takeSnapshot(root), { signal: controller.signal, everyMs: 5 });
  controller.abort();
  await expect(change).rejects.toThrow();
});

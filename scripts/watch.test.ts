import { copyFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { tempFolder } from "../test/support/temp-folder.ts";
import { deployedSources } from "./cluster/sources.ts";
import { ROOT } from "./local/paths.mjs";
import { watchFiles } from "./watch.ts";

function write(root: string, file: string, text = file): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

const COUNTED = [
  "Dockerfile.backend",
  "Pulumi.dev.yaml",
  "index.ts",
  "helm/backend/values.yaml",
  "package-lock.json",
  "scripts/images/warm-up.mts",
  "scripts/programs.ts",
  "services/backend/src/main.ts",
  "services/frontend/app/page.tsx",
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
  "scripts/local/start.ts",
  "stack/.#config.ts",
  "stack/config.ts~",
];

/** A repository with these files, and what happens in it. */
async function watched() {
  const root = tempFolder();
  for (const file of [...COUNTED, ...IGNORED]) write(root, file);
  for (const name of ["Dockerfile.backend.dockerignore", "Dockerfile.frontend.dockerignore"]) {
    copyFileSync(path.join(ROOT, name), path.join(root, name));
  }
  const changes = await watchFiles(root, deployedSources(root));
  onTestFinished(changes.close);
  return { root, changes };
}
const { signal } = new AbortController();

it("sees what goes into images, charts and the program, and nothing else", async () => {
  const { root, changes } = await watched();
  for (const file of [...IGNORED, ...COUNTED]) write(root, file, "longer than before");
  expect(await changes.next(signal)).toEqual([...COUNTED].sort());
});

it("names what was changed, made and removed, also while nobody waited", async () => {
  const { root, changes } = await watched();
  write(root, "index.ts", "longer than before");
  const before = await changes.next(signal);
  utimesSync(path.join(root, "stack/config.ts"), 1, 1);
  rmSync(path.join(root, "Dockerfile.backend"));
  write(root, "helm/backend/templates/new.yaml");
  expect(before).toEqual(["index.ts"]);
  expect(await changes.next(signal)).toEqual([
    "Dockerfile.backend",
    "helm/backend/templates/new.yaml",
    "stack/config.ts",
  ]);
});

it("waits until the last of several files is written", async () => {
  const { root, changes } = await watched();
  const seen = changes.next(signal);
  write(root, "index.ts", "first");
  await new Promise((resolve) => setTimeout(resolve, 100));
  write(root, "stack/config.ts", "second");
  expect(await seen).toEqual(["index.ts", "stack/config.ts"]);
});

it("ends when it is told to", async () => {
  const { changes } = await watched();
  const controller = new AbortController();
  const change = changes.next(controller.signal);
  controller.abort();
  await expect(change).rejects.toThrow();
});

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { checkDockerfiles } from "./dockerfiles.mjs";
import { findTool } from "./tools.mjs";

const { signal } = new AbortController();

/** A folder with two Dockerfiles and, beside them, a program named hadolint that dislikes the word "bad". */
function makeFolder(backend: string, frontend = "FROM scratch\n") {
  const folder = tempFolder();
  writeFileSync(path.join(folder, "Dockerfile.backend"), backend);
  writeFileSync(path.join(folder, "Dockerfile.frontend"), frontend);
  mkdirSync(path.join(folder, "bin"));
  const program = path.join(folder, "bin", "hadolint");
  writeFileSync(program, '#!/bin/sh\nfor file; do :; done\n! grep bad "$file"\n');
  chmodSync(program, 0o755);
  return { folder, env: { PATH: path.join(folder, "bin"), XDG_CACHE_HOME: path.join(folder, "cache") } };
}

it("counts each Dockerfile", async () => {
  expect(await checkDockerfiles(signal, makeFolder("FROM scratch\n"))).toEqual({ passed: 2, failed: 0, skipped: 0 });
  expect(await checkDockerfiles(signal, makeFolder("FROM bad\n"))).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

it("skips them by name without hadolint, and fails in CI", async () => {
  const { folder, env } = makeFolder("FROM scratch\n");
  const without = { ...env, PATH: path.join(folder, "nothing") };
  expect(await checkDockerfiles(signal, { folder, env: without })).toEqual({ passed: 0, failed: 0, skipped: 2 });
  const inCi = { ...without, CI: "true" };
  expect(await checkDockerfiles(signal, { folder, env: inCi })).toEqual({ passed: 0, failed: 2, skipped: 0 });
});

it.runIf(findTool("hadolint"))("finds what hadolint finds, even where it only suggests", async () => {
  const { folder } = makeFolder("FROM debian\n", "FROM debian:13\nRUN echo 1\nRUN echo 2\n");
  expect(await checkDockerfiles(signal, { folder })).toEqual({ passed: 0, failed: 2, skipped: 0 });
});

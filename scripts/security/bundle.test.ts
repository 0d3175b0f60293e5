import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { ROOT } from "../local/paths.mjs";

/** What may lie in the environment of whoever builds. */
const CANARIES = {
  BETTER_AUTH_SECRET: "canary-signing-secret-0123456789abcdef",
  DATABASE_URL: "postgres://todo:canary-database@db.example/todo",
  DATABASE_DIRECT_URL: "postgres://todo:canary-direct@db.example/todo",
  OPENAI_API_KEY: "sk-canary-0123456789",
  PULUMI_CONFIG_PASSPHRASE: "canary-passphrase",
};

it("the backend's bundle holds nothing of the environment in which it was built, nor a path of that machine", () => {
  const out = path.join(tempFolder(), "dist");
  const build = path.join(ROOT, "services/backend/build.mjs");
  const env = { ...process.env, ...CANARIES };
  execFileSync(process.execPath, [build, "--no-source-maps", `--out=${out}`], { env });
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(5);
  const texts = files.map((file) => readFileSync(path.join(file.parentPath, file.name), "latin1"));
  // The search would find one that is there.
  expect(texts.some((text) => text.includes("BETTER_AUTH_SECRET"))).toBe(true);
  for (const looked of [...Object.values(CANARIES), ROOT]) {
    expect([looked, texts.some((text) => text.includes(looked))]).toEqual([looked, false]);
  }
});

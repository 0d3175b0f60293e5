import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { NODE_MODULES, ROOT } from "../local/paths.mjs";
import { HOW_TO_GET_TOOLS } from "./tools.ts";

const RUN = path.join(ROOT, "scripts", "test", "run.ts");

const CONFIG = `import { defineConfig } from "vitest/config";
const NAMES = ["good", "good-more", "bad", "skipped", "hook", "broken", "empty", "slow"];
export const PARTS = NAMES.filter((name) => name !== "good-more");
const parts = NAMES.map((name, i) => ({
  test: {
    name,
    include: [\`\${name}/*.test.ts\`],
    sequence: { groupOrder: i },
    globalSetup: name === "slow" ? "slow/setup.ts" : [],
  },
}));
export default defineConfig({ test: { projects: parts } });`;

const TESTS = {
  good: 'it("one", () => {});',
  "good-more": 'it("two", () => {});',
  bad: 'it("one", () => {}); it("two", () => { throw new Error("on purpose"); });',
  skipped:
    'it("one", () => {}); it("two", ({ skip }) => skip("there is no moon")); it.skipIf(true)("three", () => {});',
  hook: 'beforeAll(() => { throw new Error("on purpose"); }); it("one", () => {});',
  broken: 'throw new Error("on purpose");',
  slow: 'it("one", () => { writeFileSync("began", ""); return new Promise(() => {}); }, 60_000);',
};
const SETUP = 'import { rmSync } from "node:fs"; export const setup = () => () => rmSync("began");';

/** A repository with a part of each kind. */
function repository(): string {
  const folder = tempFolder();
  symlinkSync(NODE_MODULES, path.join(folder, "node_modules"));
  writeFileSync(path.join(folder, "vitest.config.mts"), CONFIG);
  for (const [name, text] of Object.entries(TESTS)) {
    mkdirSync(path.join(folder, name));
    const imports = 'import { writeFileSync } from "node:fs"; import { beforeAll, it } from "vitest";';
    writeFileSync(path.join(folder, name, "a.test.ts"), `${imports}\n${text}`);
  }
  writeFileSync(path.join(folder, "slow", "setup.ts"), SETUP);
  return folder;
}

function start(cwd: string, parts: string[], env: NodeJS.ProcessEnv = {}) {
  const settings = { ...process.env, CI: "", VITEST: undefined, ...env };
  // One file for both channels, as after 2>&1: over two pipes, what was written first may come last.
  const file = path.join(tempFolder(), "output");
  const out = openSync(file, "w");
  const child = spawn(process.execPath, [RUN, ...parts], { cwd, env: settings, stdio: ["ignore", out, out] });
  closeSync(out);
  onTestFinished(() => void child.kill("SIGKILL"));
  const done = new Promise<{ code: number | null; output: string; last: string }>((resolve) => {
    child.on("close", (code) => {
      const output = readFileSync(file, "utf8");
      resolve({ code, output, last: output.trimEnd().split("\n").at(-1) ?? "" });
    });
  });
  return { child, done };
}

describe("npm test", () => {
  it.for([
    { parts: ["good"], last: "2 passed, 0 failed", code: 0 },
    { parts: ["good", "bad"], last: "3 passed, 1 failed", code: 1 },
    { parts: ["good", "skipped"], last: "3 passed, 0 failed, 2 skipped", code: 0 },
    { parts: ["hook"], last: "0 passed, 1 failed, 1 skipped", code: 1 },
    { parts: ["good", "broken"], last: "2 passed, 1 failed", code: 1 },
    { parts: ["good", "empty"], last: "2 passed, 1 failed", code: 1 },
    { parts: ["empty"], last: "0 passed, 1 failed", code: 1 },
  ])("counts $parts: $last", async ({ parts, last, code }) => {
    expect(await start(repository(), parts).done).toMatchObject({ last, code });
  });

  it("counts each part, and names what was skipped", async () => {
    const { output } = await start(repository(), ["skipped", "good"]).done;
    expect(output).toMatch(/^good: 2 passed, 0 failed$/m);
    expect(output).toMatch(/^skipped: 1 passed, 0 failed, 2 skipped$/m);
    expect(output).toMatch(/^ {2}skipped: two \(there is no moon\)$/m);
    expect(output).toMatch(/^ {2}skipped: three$/m);
  });

  it("refuses a part that it does not know", async () => {
    const { code, output } = await start(repository(), ["good", "better"]).done;
    expect(output).toBe(
      "Error: there is no part better: name some of good, bad, skipped, hook, broken, empty, slow, or none for all\n",
    );
    expect(code).toBe(1);
  });

  it.skipIf(process.platform === "win32").each(["SIGINT", "SIGTERM"] as const)(
    "ends at once at %s, and takes away what it has made",
    async (signal) => {
      const folder = repository();
      const { child, done } = start(folder, ["slow", "good"]);
      const began = path.join(folder, "began");
      await eventually("the test runs", async () => existsSync(began));
      child.kill(signal);
      expect(await done).toMatchObject({ code: 130, output: expect.not.stringMatching(/^\d+ passed, /m) });
      expect(existsSync(began)).toBe(false);
    },
  );

  it.for([
    { CI: "", parts: ["dockerfiles", "charts", "e2e"], last: /^0 passed, 0 failed, \d{3} skipped$/ },
    { CI: "true", parts: ["dockerfiles", "charts"], last: /^0 passed, \d{3} failed$/ },
  ])("skips what its machine has no tool for, and fails in CI: CI=$CI", async ({ CI, parts, last }) => {
    const nowhere = tempFolder();
    const env = {
      CI,
      PATH: nowhere,
      XDG_CACHE_HOME: nowhere,
      HELM: "",
      HELM3: "",
      CHROMIUM_PATH: path.join(nowhere, "chromium"),
    };
    const { code, last: line, output } = await start(ROOT, parts, env).done;
    expect(line).toMatch(last);
    expect(output).toContain(`hadolint is missing: ${HOW_TO_GET_TOOLS}`);
    expect(code).toBe(1);
  });
});

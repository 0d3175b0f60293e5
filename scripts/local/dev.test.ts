import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { eventually } from "../../test/support/eventually.ts";
import { copyRepository } from "../../test/support/repository.ts";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { ROOT } from "./paths.mjs";
import { freePort } from "./ports.mjs";

const MINUTE = 60_000;

/** A repository whose files may be changed. It lies within this one, for links to packages can't leave a file system. */
function repositoryToChange(): string {
  const parent = path.join(ROOT, "test-results");
  mkdirSync(parent, { recursive: true });
  const root = mkdtempSync(path.join(parent, "dev-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  copyRepository(root);
  const link = process.platform === "darwin" ? ["-Rc"] : ["-a", "--link"];
  execFileSync("cp", [...link, path.join(ROOT, "node_modules"), path.join(root, "node_modules")]);
  return root;
}

async function startDev(root: string) {
  const [page, backend] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, ["scripts/local/dev.ts"], {
    cwd: root,
    env: {
      NODE_ENV: "test",
      PATH: process.env.PATH,
      DATA_DIR: tempFolder(),
      PORT: String(page),
      BACKEND_PORT: String(backend),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  const read = async (port: number, where: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${where}`).catch(() => undefined);
    return (await response?.text()) ?? "";
  };
  return {
    child,
    ended,
    output: () => output,
    page: () => read(page, "/sign-in"),
    backend: () => read(backend, "/api/live"),
  };
}

function change(file: string, from: string, to: string): void {
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  writeFileSync(file, text.replace(from, to));
}

it("npm run dev serves the app, shows changed lines, and ends in order", { timeout: 5 * MINUTE }, async () => {
  const root = repositoryToChange();
  const { child, ended, output, page, backend } = await startDev(root);
  const soon = (what: string, look: () => Promise<boolean>) => eventually(what, look, { timeoutMs: MINUTE });
  const says = (text: string) => soon(text, async () => output().includes(text));
  await says("Stop       Ctrl-C");
  expect(await page()).toContain("<title>Sign in");
  expect(await backend()).toBe('{"status":"ok"}');

  change(path.join(root, "services/frontend/app/(auth)/sign-in/page.tsx"), "Sign in", "Walk in");
  await soon("the page's new title", async () => (await page()).includes("<title>Walk in"));
  const route = path.join(root, "services/backend/src/routes/health.ts");
  change(route, 'c.json({ status: "ok" as const }', 'c.json({ status: "fine" as const }');
  await soon("the backend's new answer", async () => (await backend()) === '{"status":"fine"}');

  change(route, '"fine" as const', '"fine" as');
  await says("the backend did not start");
  change(route, '"fine" as', '"mended" as const');
  await soon("the mended backend", async () => (await backend()) === '{"status":"mended"}');

  child.kill("SIGINT");
  expect(await ended).toBe(0);
  expect(output()).toContain("Stopped. Your data is kept.");
});

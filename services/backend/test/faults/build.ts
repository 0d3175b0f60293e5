import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const backend = path.resolve(import.meta.dirname, "../..");
const sources = [path.join(backend, "src"), path.join(backend, "../contract/src"), path.join(backend, "build.mjs")];

/**
 * Builds the backend when its sources are newer than what was built, and copies the result: a build in the meantime
 * must not pull the program from under the tests.
 */
export function buildBackend(): { dist: string; remove: () => void } {
  const built = path.join(backend, "dist");
  const main = path.join(built, "main.js");
  if (!existsSync(main) || statSync(main).mtimeMs < Math.max(...sources.map(newest))) {
    const { status, stderr } = spawnSync(process.execPath, [path.join(backend, "build.mjs")], { encoding: "utf8" });
    if (status !== 0) throw new Error(`the backend can't be built:\n${stderr}`);
  }
  const dist = mkdtempSync(path.join(tmpdir(), "todo-faults-"));
  cpSync(built, dist, { recursive: true });
  return { dist, remove: () => rmSync(dist, { recursive: true, force: true }) };
}

function newest(file: string): number {
  const info = statSync(file);
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(0, ...readdirSync(file).map((name) => newest(path.join(file, name))));
}

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

/** A folder of its own for the running test, open to its owner alone like that of `mktemp -d`, and removed after it. */
export function tempFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "todo-scripts-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

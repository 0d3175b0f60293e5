import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../../scripts/local/paths.mjs";

/** The files that belong to the repository, committed or not, relative to it. */
export function repositoryFiles(): string[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).split("\0");
  return files.filter((file) => file !== "" && existsSync(path.join(ROOT, file)));
}

/** Copies these files into a folder. */
export function copyRepository(folder: string): void {
  for (const file of repositoryFiles()) cpSync(path.join(ROOT, file), path.join(folder, file));
}

import { existsSync } from "node:fs";
import path from "node:path";

/** Where a program lies among the folders of PATH. */
export function onPath(program: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  return folders.map((folder) => path.join(folder, program)).find((file) => existsSync(file));
}

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { asker } from "../programs.ts";
import { readArguments } from "./arguments.ts";
import { findClients } from "./clients.ts";

/** A folder on PATH with client programs that say they are of this version. */
function programs(version: string): string {
  const folder = path.join(tempFolder(), version);
  mkdirSync(folder);
  for (const name of ["pg_dump", "pg_restore", "psql"]) {
    const file = path.join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} (PostgreSQL) ${version}"\n`);
    chmodSync(file, 0o755);
  }
  return folder;
}

it("takes client programs of the server's version or a newer one, wherever they lie on PATH", async () => {
  const [old, right] = [programs("15.18"), programs("18.6")];
  const env = { PATH: [old, "/nowhere", right].join(path.delimiter), XDG_CACHE_HOME: tempFolder() };
  expect((await findClients(18, asker(), env))("psql")).toBe(path.join(right, "psql"));
  expect((await findClients(15, asker(), env))("pg_dump")).toBe(path.join(old, "pg_dump"));
  const tooNew = findClients(99, asker(), env);
  await expect(tooNew).rejects.toThrow(/PostgreSQL 99.*pg_dump is 15\.18.*pg_dump is 18\.6.*npm run install-tools/s);
});

it("reads what to save, where, and what may go", () => {
  const read = (...args: string[]) => readArguments(args, "restore", {});
  expect(read("a.dump")).toEqual({ file: "a.dump", stack: undefined, replace: false });
  expect(read("a.dump", "--replace", "--cluster")).toEqual({ file: "a.dump", stack: "dev", replace: true });
  expect(read("--cluster", "--stack", "team")).toEqual({ file: undefined, stack: "team", replace: false });
  expect(() => read("a", "b")).toThrow("one file");
  expect(() => read("--stack", "team")).toThrow("add --cluster");
  expect(() => read("--force")).toThrow("--force");
  expect(() => readArguments(["--replace"], "backup", {})).toThrow("npm run restore");
});

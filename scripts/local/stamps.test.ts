import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { hashPaths, unlessStamped } from "./stamps.mjs";

function project() {
  const root = tempFolder();
  mkdirSync(path.join(root, "src", "node_modules"), { recursive: true });
  const write = (file: string, content: string) => writeFileSync(path.join(root, file), content);
  write("src/a.ts", "a");
  write("lock.json", "1");
  return { write, hash: (facts: string[] = []) => hashPaths(root, ["src", "lock.json", "missing"], facts) };
}

describe("hashPaths", () => {
  it.each([
    ["a changed file", "src/a.ts", "b"],
    ["a new file", "src/b.ts", ""],
    ["a changed file outside of a folder", "lock.json", "2"],
  ])("notices %s", (_, file, content) => {
    const { hash, write } = project();
    const before = hash();
    write(file, content);
    expect(hash()).not.toBe(before);
  });

  it("notices another version of a tool", () => {
    const { hash } = project();
    expect(hash(["v24"])).not.toBe(hash(["v25"]));
  });

  it.each(["src/a.test.ts", "src/node_modules/x.js", "src/tsconfig.tsbuildinfo"])("is not moved by %s", (file) => {
    const { hash, write } = project();
    const before = hash();
    write(file, "x");
    expect(hash()).toBe(before);
  });
});

describe("unlessStamped", () => {
  it("does work once for the same inputs and again for others", async () => {
    const file = path.join(tempFolder(), "dist", ".stamp");
    const work = vi.fn(async () => {});
    await unlessStamped({ file, hash: "1" }, work);
    await unlessStamped({ file, hash: "1" }, work);
    expect(work).toHaveBeenCalledTimes(1);
    await unlessStamped({ file, hash: "2" }, work);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it("forgets what was done before when the work fails", async () => {
    const file = path.join(tempFolder(), ".stamp");
    writeFileSync(file, "1");
    await expect(unlessStamped({ file, hash: "2" }, () => Promise.reject(new Error("cut off")))).rejects.toThrow(
      "cut off",
    );
    expect(existsSync(file)).toBe(false);
  });
});

import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { unlessStamped } from "./stamps.mjs";

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

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { tempFolder } from "../../test/support/temp-folder.ts";
import { lockHolder, takeLock, whileLocked } from "./lock.mjs";
import { startToken } from "./processes.mjs";

function lockOf(pid: number, started = startToken(pid)) {
  const file = path.join(tempFolder(), "lock");
  writeFileSync(file, JSON.stringify({ pid, started, note: "http://localhost:1" }));
  return file;
}

function livingProcess(): number {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child.pid ?? 0;
}

it("is taken once and given back", async () => {
  const file = path.join(tempFolder(), "lock");
  const lock = await takeLock(file, "me");
  expect(lockHolder(file)).toMatchObject({ pid: process.pid, note: "me" });
  expect(await takeLock(file, "again")).toMatchObject({ holder: { note: "me" } });
  if ("release" in lock) lock.release();
  expect(existsSync(file)).toBe(false);
});

it("tells the second who has it", async () => {
  const pid = livingProcess();
  expect(await takeLock(lockOf(pid), "")).toEqual({
    holder: expect.objectContaining({ pid, note: "http://localhost:1" }),
  });
});

it("is taken over from a process that died", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", "0"]);
  const file = lockOf(pid, "a boot:1");
  expect(lockHolder(file)).toBeUndefined();
  expect(await takeLock(file, "")).toHaveProperty("release");
  expect(JSON.parse(readFileSync(file, "utf8")).pid).toBe(process.pid);
});

it("is taken over when the number now belongs to another process", async () => {
  expect(await takeLock(lockOf(livingProcess(), "a boot:1"), "")).toHaveProperty("release");
});

it("is taken over when its file was cut off", async () => {
  const file = path.join(tempFolder(), "lock");
  writeFileSync(file, '{"pid":');
  expect(await takeLock(file, "")).toHaveProperty("release");
});

it("goes to one of several who find it stale together", async () => {
  const file = lockOf(livingProcess(), "a boot:1");
  const script = `import { takeLock } from ${JSON.stringify(new URL("./lock.mjs", import.meta.url).href)};
    const lock = await takeLock(${JSON.stringify(file)}, "");
    console.log("release" in lock ? "got it" : "no");
    setTimeout(() => {}, 1500);`;
  const runs = await Promise.all(
    Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      return new Promise<string>((resolve) => {
        let output = "";
        child.stdout.on("data", (chunk) => {
          output += chunk;
        });
        child.on("close", () => resolve(output.trim()));
      });
    }),
  );
  expect(runs.toSorted()).toEqual(["got it", "no", "no", "no"]);
});

it("lets work through one at a time", async () => {
  const file = path.join(tempFolder(), "lock");
  const events: string[] = [];
  const work = (name: string) =>
    whileLocked(
      file,
      () => events.push(`${name} waits`),
      async () => {
        events.push(`${name} begins`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        events.push(`${name} ends`);
      },
    );
  await Promise.all([work("a"), work("b")]);
  expect(events).toEqual(["a begins", "b waits", "a ends", "b begins", "b ends"]);
});

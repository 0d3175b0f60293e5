import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, statfsSync } from "node:fs";
import path from "node:path";

const MIB = 2 ** 20;

/** A file system of its own in a file, so that it can be filled up without harm to others. */
export type Disk = { folder: string; fill: () => void; free: () => void; remove: () => void };

/**
 * Makes one of `megabytes` in `folder`, or gives why it can't be had here: it takes root and loop devices.
 */
export function makeDisk(folder: string, megabytes: number): Disk | { missing: string } {
  const image = path.join(folder, "disk.img");
  const mounted = path.join(folder, "disk");
  mkdirSync(mounted);
  const steps: [string, string[]][] = [
    ["truncate", ["-s", `${megabytes}M`, image]],
    // No blocks are kept back for root, who fills it.
    ["mkfs.ext4", ["-q", "-m", "0", image]],
    ["mount", ["-o", "loop", image, mounted]],
  ];
  for (const [program, args] of steps) {
    const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
    if (status !== 0) return { missing: `${program}: ${error?.message ?? stderr.trim()}` };
  }
  chmodSync(mounted, 0o711);
  const ballast = path.join(mounted, "ballast");
  return {
    folder: mounted,
    fill() {
      const { bavail, bsize } = statfsSync(mounted);
      // What is left of a block or two is full soon enough.
      for (let size = bavail * bsize; size > MIB / 4; size = Math.floor(size * 0.9)) {
        if (spawnSync("fallocate", ["-l", String(size), ballast]).status === 0) break;
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      spawnSync("umount", ["--lazy", mounted]);
      rmSync(image, { force: true });
    },
  };
}

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { median } from "../support/figures.ts";
import { onServerCore } from "./cores.ts";

/** By how much the machine's speed may move while something is measured, before what was measured counts for nothing. */
const TOLERANCE = 0.1;
const LOOPS = 25;

/** How fast the machine was before and after a measure: the milliseconds that the same work took. */
export type Calibration = { name: string; before: number; after: number };

/** Measures the machine on the core that servers get: the median of some loops in a process of its own. */
export function calibrate(): number {
  const [command = "", ...args] = onServerCore([process.execPath, import.meta.filename]);
  return Number(execFileSync(command, args, { encoding: "utf8" }));
}

export function hasMoved({ before, after }: Calibration): boolean {
  return Math.abs(after / before - 1) > TOLERANCE;
}

/** The calibrations in one line, for below the table. */
export function describeCalibrations(all: readonly Calibration[]): string {
  const each = all.map((one) => {
    const moved = hasMoved(one) ? " (moved: void)" : "";
    return `${one.name} ${one.before.toFixed(1)} → ${one.after.toFixed(1)} ms${moved}`;
  });
  return `A fixed loop of JavaScript and hashing took, before and after each: ${each.join(", ")}.`;
}

/** Milliseconds for a fixed piece of work, of the kinds that a server does: objects, JSON, hashes. */
function loop(): number {
  const began = performance.now();
  let hash = "";
  for (let i = 0; i < 60; i++) {
    const rows = Array.from({ length: 50 }, (_, n) => ({ id: n, title: `Task number ${n}`, tags: ["home"], hash }));
    hash = createHash("sha256").update(JSON.stringify(rows)).digest("hex");
    const parsed: { title: string }[] = JSON.parse(JSON.stringify(rows));
    hash += parsed.map(({ title }) => title.toUpperCase()).join("").length;
  }
  return performance.now() - began;
}

if (import.meta.main) {
  // The first ones are compiled while they run.
  for (let i = 0; i < LOOPS; i++) loop();
  console.log(median(Array.from({ length: LOOPS }, loop)));
}

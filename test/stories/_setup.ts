import type { TestProject } from "vitest/node";
import { findChromium } from "../support/chromium.ts";
import { skipRoom } from "../support/skip-room.ts";

/** Without a browser there are no stories; in CI that is a failure. */
export function setup(project: TestProject): void {
  if (findChromium(process.env) || process.env["CI"]) return;
  skipRoom(project, "no Chromium or Chrome was found. Install one or set CHROMIUM_PATH.");
}

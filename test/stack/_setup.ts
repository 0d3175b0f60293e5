import type { TestProject } from "vitest/node";
import { skipRoom } from "../support/skip-room.ts";
import { whatIsMissing } from "./_needs.ts";

/** Skips these tests where something that they need is missing. */
export async function setup(project: TestProject): Promise<void> {
  const missing = await whatIsMissing();
  if (missing !== undefined) skipRoom(project, missing);
}

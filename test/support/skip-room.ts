import type { TestProject } from "vitest/node";

/** Has none of a room's tests and hooks run, and tells why; they are counted as skipped, by their names. */
export function skipRoom(project: TestProject, why: string): void {
  console.log(`The tests of ${project.name} are skipped: ${why}`);
  project.config.testNamePattern = /^(?!)/;
}

import { expect, it } from "vitest";
import { isLockedByTheDead } from "./pulumi.ts";

const locked = (...holders: string[]) =>
  [
    `error: the stack is currently locked by ${holders.length} lock(s). Either wait for the other process(es) to end ` +
      "or delete the lock file with `pulumi cancel`.",
    ...holders.map((holder) => `  file:///state/x.json: created by ${holder} at 2026-01-01T00:00:00Z`),
  ].join("\n");
const machine = { host: "here", alive: (pid: number) => pid === 1 };

it.each([
  ["of a process that ended", locked("me@here (pid 7)"), true],
  ["of several that ended", locked("me@here (pid 7)", "me@here (pid 8)"), true],
  ["of a process that runs", locked("me@here (pid 1)"), false],
  ["when one of two runs", locked("me@here (pid 7)", "me@here (pid 1)"), false],
  ["of another machine", locked("me@there (pid 7)"), false],
  ["of no one that is named", locked(), false],
])("a lock %s may be taken away: %#", (_what, output, expected) => {
  expect(isLockedByTheDead(output, machine)).toBe(expected);
});

it("another fault is no lock", () => {
  expect(isLockedByTheDead("error: no stack named 'x' found; created by me@here (pid 7)", machine)).toBe(false);
});

import { expect, it } from "vitest";
import { countLine, countReport, skippedNames } from "./counts.mjs";

function report(...files: { status: string; tests: string[] }[]) {
  return {
    testResults: files.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((state) => ({ status: state, fullName: `one that is ${state}` })),
    })),
  };
}

it("counts tests by their state", () => {
  const counts = countReport(report({ status: "failed", tests: ["passed", "passed", "failed", "pending", "todo"] }), 1);
  expect(counts).toEqual({ passed: 2, failed: 1, skipped: 2 });
});

it("names the tests that were skipped", () => {
  const names = skippedNames(report({ status: "passed", tests: ["passed", "pending", "todo"] }));
  expect(names).toEqual(["one that is pending", "one that is todo"]);
  expect(skippedNames(undefined)).toEqual([]);
});

it("counts a file that could not be loaded as a failure", () => {
  const counts = countReport(report({ status: "passed", tests: ["passed"] }, { status: "failed", tests: [] }), 1);
  expect(counts).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

it("does not believe a good report of a run that ended badly", () => {
  expect(countReport(report({ status: "passed", tests: ["passed"] }), 1).failed).toBe(1);
});

it.each([undefined, {}, report()])("counts a run without tests as a failure: %o", (nothing) => {
  expect(countReport(nothing, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

it("writes the last line", () => {
  expect(countLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
  expect(countLine({ passed: 1, failed: 2, skipped: 3 })).toBe("1 passed, 2 failed, 3 skipped");
});

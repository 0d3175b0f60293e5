/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** What vitest calls tests that it did not run. */
const SKIPPED = ["pending", "skipped", "todo", "disabled"];

/** @returns {Counts} */
export function noCounts() {
  return { passed: 0, failed: 0, skipped: 0 };
}

/**
 * @param {Counts} a
 * @param {Counts} b
 * @returns {Counts}
 */
export function add(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * A step that is right or wrong as a whole counts as one test.
 * @param {boolean} good
 * @returns {Counts}
 */
export function one(good) {
  return { ...noCounts(), [good ? "passed" : "failed"]: 1 };
}

/**
 * Counts what vitest's JSON report says. What is wrong without a failed test (a file that can't be loaded, an error
 * outside of tests, no test at all) counts as a failure too.
 * @param {unknown} report
 * @param {number} exitCode
 * @returns {Counts}
 */
export function countReport(report, exitCode) {
  const files = fileResults(report);
  const states = files.flatMap((file) => file.assertionResults.map(({ status }) => status));
  const number = (/** @type {string[]} */ ...wanted) => states.filter((state) => wanted.includes(state)).length;
  const brokenFiles = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  );
  const passed = number("passed");
  const failed = number("failed") + brokenFiles.length;
  const unexplained = failed === 0 && (exitCode !== 0 || states.length === 0);
  return { passed, failed: failed + (unexplained ? 1 : 0), skipped: number(...SKIPPED) };
}

/**
 * The names of the tests that vitest's JSON report counts as skipped.
 * @param {unknown} report
 * @returns {string[]}
 */
export function skippedNames(report) {
  const tests = fileResults(report).flatMap(({ assertionResults }) => assertionResults);
  return tests.filter(({ status }) => SKIPPED.includes(status)).map(({ fullName }) => fullName);
}

/**
 * The last line of a test run.
 * @param {Counts} counts
 */
export function countLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * @param {unknown} report
 * @returns {{ status: string, assertionResults: { status: string, fullName: string }[] }[]}
 */
function fileResults(report) {
  if (report === null || typeof report !== "object" || !("testResults" in report)) return [];
  return Array.isArray(report.testResults) ? report.testResults : [];
}

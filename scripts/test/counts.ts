export type Counts = { passed: number; failed: number; skipped: number };

/** What is looked at of a test file that vitest has run. */
export type Ran = {
  ok: () => boolean;
  children: { allTests: () => Iterable<RanTest> };
};
type RanTest = { fullName: string; result: () => { state: string; note?: string | undefined } };

export function noCounts(): Counts {
  return { passed: 0, failed: 0, skipped: 0 };
}

export function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/**
 * Counts the tests of a part. What is wrong without a failed test counts as a failure too: a file that can't be loaded, a
 * hook that fails, a test that did not end, and no test at all.
 */
export function countModules(modules: readonly Ran[]): Counts {
  const counts = noCounts();
  for (const module of modules) {
    const failedBefore = counts.failed;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === "passed" || state === "skipped" ? state : "failed"] += 1;
    }
    if (!module.ok() && counts.failed === failedBefore) counts.failed += 1;
  }
  const { passed, failed, skipped } = counts;
  return passed + failed + skipped === 0 ? { ...counts, failed: 1 } : counts;
}

/** The skipped tests by their names, and why where they tell. */
export function skippedTests(modules: readonly Ran[]): string[] {
  const tests = modules.flatMap(({ children }) => [...children.allTests()]);
  return tests.flatMap((test) => {
    const { state, note } = test.result();
    return state === "skipped" ? [note ? `${test.fullName} (${note})` : test.fullName] : [];
  });
}

/** The last line of a test run. */
export function countLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

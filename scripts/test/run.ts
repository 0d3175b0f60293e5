import path from "node:path";
import { createVitest } from "vitest/node";
import { runCommand } from "../command.ts";
import { errorCode, UserError } from "../local/user-error.mjs";
import { add, countLine, countModules, noCounts, skippedTests } from "./counts.ts";

// The second stage of `npm test [-- part…]`: runs the projects of vitest.config.mts that are named, or all, one after the
// other, and ends with one line that counts their tests.

/** Runs the parts; true when all is well. */
async function runParts(names: readonly string[], signal: AbortSignal): Promise<boolean> {
  const root = process.cwd();
  const { PARTS }: { PARTS: readonly string[] } = await import(path.join(root, "vitest.config.mts"));
  const unknown = names.find((name) => !PARTS.includes(name));
  if (unknown !== undefined) {
    throw new UserError(`there is no part ${unknown}: name some of ${PARTS.join(", ")}, or none for all`);
  }
  const parts = PARTS.filter((name) => names.length === 0 || names.includes(name));
  const vitest = await createVitest("test", {
    root,
    watch: false,
    project: parts.flatMap((name) => [name, `${name}-*`]),
  });
  // Vitest would leave at once, with what its tests have started still there.
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    for (const listener of process.listeners(name).slice(1)) process.off(name, listener);
  }
  // Asked twice it does not wait for the tests that run.
  const cancel = () => void [1, 2].map(() => vitest.cancelCurrentRun("keyboard-input"));
  signal.addEventListener("abort", cancel, { once: true });
  try {
    signal.throwIfAborted();
    await vitest.start();
    signal.throwIfAborted();
  } catch (error) {
    if (errorCode(error) !== "VITEST_FILES_NOT_FOUND") throw error;
  } finally {
    await vitest.close();
  }

  let total = noCounts();
  const modules = vitest.state.getTestModules();
  for (const name of parts) {
    const own = modules.filter(({ project }) => project.name.split("-", 1)[0] === name);
    const counts = countModules(own);
    for (const test of skippedTests(own)) console.log(`  skipped: ${test}`);
    console.log(`${name}: ${countLine(counts)}`);
    total = add(total, counts);
  }
  // An error outside of all tests, which vitest has printed.
  if (vitest.state.getUnhandledErrors().length > 0 && total.failed === 0)
    total = add(total, { ...noCounts(), failed: 1 });
  console.log(`\n${countLine(total)}`);
  return total.failed === 0 && total.passed > 0;
}

await runCommand(
  async (signal) => {
    const good = await runParts(process.argv.slice(2), signal);
    // A pipe takes what was written later.
    await new Promise((resolve) => process.stdout.write("", resolve));
    return good ? 0 : 1;
  },
  { onStop: "Stopped; what the tests had made is taken away." },
);

import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { long } from "./test/support/figures.ts";

const MINUTE = 60_000;

type Part = NonNullable<TestProjectInlineConfiguration["test"]> & { name: string };

/** Kinds of tests, in the order in which `npm test` runs them. */
const parts: Part[] = [
  {
    // Style and types; each is a program that runs for long.
    name: "check",
    include: ["test/checks/code.test.ts"],
    maxConcurrency: 2,
    testTimeout: 10 * MINUTE,
  },
  {
    // Rendered by helm, a program that each test starts a few times.
    name: "charts",
    include: ["test/charts/**/*.test.ts"],
    setupFiles: ["test/charts/_setup.ts"],
    testTimeout: MINUTE,
  },
  {
    name: "dockerfiles",
    include: ["test/checks/dockerfiles.test.ts"],
    testTimeout: MINUTE,
  },
  {
    // Plain functions that leave nothing behind: one process for all files is four times as fast.
    name: "unit",
    include: ["services/{contract,language,backend}/src/**/*.test.ts"],
    exclude: ["**/*.isolated.test.ts"],
    isolate: false,
  },
  {
    // Each file in a process of its own: they replace modules, or have a DOM.
    name: "unit-isolated",
    include: [
      "services/{contract,backend}/src/**/*.isolated.test.ts",
      "services/frontend/**/*.test.{ts,tsx}",
      "stack/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/.next/**"],
  },
  {
    // The commands of this repository: each starts programs, so they take seconds.
    name: "local",
    include: ["scripts/**/*.test.ts", "test/checks/contexts.test.ts"],
    testTimeout: MINUTE,
    hookTimeout: MINUTE,
  },
  {
    name: "integration",
    include: ["services/backend/test/**/*.test.ts"],
    exclude: ["services/backend/test/proofs/**"],
    globalSetup: ["services/backend/test/_postgres.ts"],
    testTimeout: MINUTE / 2,
    hookTimeout: MINUTE,
  },
  {
    // What the README promises, counted: short here, long by `npm run prove`. Each loads the machine, so one at a time.
    name: "proofs",
    include: ["services/backend/test/proofs/**/*.test.ts"],
    globalSetup: ["services/backend/test/_postgres.ts"],
    fileParallelism: false,
    testTimeout: (long ? 60 : 2) * MINUTE,
    hookTimeout: MINUTE,
  },
  {
    name: "build",
    include: ["test/checks/build.test.ts"],
    testTimeout: 15 * MINUTE,
  },
  {
    name: "e2e",
    include: ["test/stories/**/*.test.ts"],
    globalSetup: ["test/stories/_setup.ts"],
    // One browser and one app at a time: two cores must be enough, and stories share ports.
    fileParallelism: false,
    testTimeout: 3 * MINUTE,
    hookTimeout: 5 * MINUTE,
  },
  {
    name: "cluster",
    include: ["test/cluster/**/*.test.ts"],
    globalSetup: ["test/cluster/_setup.ts"],
    // One cluster with one pair of ports.
    fileParallelism: false,
    testTimeout: 3 * MINUTE,
    hookTimeout: 5 * MINUTE,
  },
  {
    // On a Minikube of its own, one test after the other; each says by itself how long it may take.
    name: "stack",
    include: ["test/stack/**/*.test.ts"],
    globalSetup: ["test/stack/_setup.ts"],
    hookTimeout: 5 * MINUTE,
  },
];

/** What `npm test -- part…` can be asked for. What is named `part-…` belongs to it. */
export const PARTS = parts.map(({ name }) => name).filter((name) => !name.includes("-"));

/** Each is run by its name: `npm test -- unit`, or `npx vitest --project unit-isolated` while working. */
export default defineConfig({
  test: { projects: parts.map((part, i) => ({ test: { ...part, sequence: { groupOrder: i } } })) },
});

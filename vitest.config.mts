import { defineConfig } from "vitest/config";

const MINUTE = 60_000;

/** Kinds of tests, each run by its name: `npm test -- unit`, or `npx vitest --project unit` while working. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["services/*/src/**/*.test.ts", "services/frontend/**/*.test.{ts,tsx}", "stack/**/*.test.ts"],
          exclude: ["**/node_modules/**", "**/.next/**", "**/dist/**"],
        },
      },
      {
        // The commands of this repository: each starts programs, so they take seconds.
        test: {
          name: "local",
          include: ["scripts/**/*.test.ts"],
          testTimeout: MINUTE,
          hookTimeout: MINUTE,
        },
      },
      {
        // Rendered by helm, a program that each test starts a few times.
        test: {
          name: "charts",
          include: ["test/charts/**/*.test.ts"],
          testTimeout: MINUTE,
        },
      },
      {
        test: {
          name: "integration",
          include: ["services/backend/test/**/*.test.ts"],
          globalSetup: ["scripts/test/postgres-setup.ts"],
          testTimeout: MINUTE / 2,
          hookTimeout: MINUTE,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/stories/**/*.test.ts"],
          // One browser and one app at a time: two cores must be enough, and stories share ports.
          fileParallelism: false,
          testTimeout: 3 * MINUTE,
          hookTimeout: 5 * MINUTE,
        },
      },
      {
        test: {
          name: "cluster",
          include: ["test/cluster/**/*.test.ts"],
          globalSetup: ["scripts/test/cluster-setup.ts"],
          // One cluster with one pair of ports.
          fileParallelism: false,
          testTimeout: 3 * MINUTE,
          hookTimeout: 5 * MINUTE,
        },
      },
      // On a Minikube of its own, one test after the other; each says by itself how long it may take.
      { test: { name: "stack", include: ["test/stack/**/*.test.ts"], hookTimeout: 5 * MINUTE } },
    ],
  },
});

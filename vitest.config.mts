import { defineConfig } from "vitest/config";

const MINUTE = 60_000;

/** Four kinds of tests, each run by its name: `npm test -- unit`, or `npx vitest --project unit` while working. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["services/*/src/**/*.test.ts", "services/frontend/**/*.test.{ts,tsx}"],
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
          include: ["e2e/**/*.test.ts"],
          // One browser and one app at a time: two cores must be enough, and stories share ports.
          fileParallelism: false,
          testTimeout: 3 * MINUTE,
          hookTimeout: 5 * MINUTE,
        },
      },
    ],
  },
});

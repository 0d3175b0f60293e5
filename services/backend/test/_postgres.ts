import type { TestProject } from "vitest/node";
import { startTestPostgres } from "../../../scripts/local/postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A PostgreSQL for these tests alone, as a role that may make databases and roles and is no superuser. */
    databaseUrl: string;
  }
}

/** Starts the PostgreSQL of the integration tests; each test file makes its own database in it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestPostgres();
  project.provide("databaseUrl", server.url);
  project.provide("superuserUrl", server.adminUrl);
  return server.stop;
}

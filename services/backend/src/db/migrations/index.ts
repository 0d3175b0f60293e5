import type { Migration } from "kysely/migration";
import * as auth from "./2026-11-23-auth.ts";
import * as core from "./2026-11-23-core.ts";
import * as rowSecurity from "./2026-11-23-row-security.ts";
import * as operations from "./2026-11-25-operations.ts";
import * as waitingCalls from "./2026-11-25-waiting-calls.ts";
import * as portions from "./2026-11-26-portions.ts";
import * as sealedRuns from "./2026-11-26-sealed-runs.ts";
import * as carriedChanges from "./2026-11-29-carried-changes.ts";
import * as growth from "./2026-11-29-growth.ts";
import * as sessionLifetime from "./2026-11-29-session-lifetime.ts";
import * as steps from "./2026-11-29-steps.ts";

/**
 * All migrations, oldest first: a list in code, since the bundle has no folder to read. Each is frozen once released;
 * names sort by time.
 */
export const migrations: Record<string, Migration> = {
  "2026-11-23-1-auth": auth,
  "2026-11-23-2-core": core,
  "2026-11-23-3-row-security": rowSecurity,
  "2026-11-25-1-operations": operations,
  "2026-11-25-2-waiting-calls": waitingCalls,
  "2026-11-26-1-sealed-runs": sealedRuns,
  "2026-11-26-2-portions": portions,
  "2026-11-29-1-session-lifetime": sessionLifetime,
  "2026-11-29-2-growth": growth,
  "2026-11-29-3-carried-changes": carriedChanges,
  "2026-11-29-4-steps": steps,
};

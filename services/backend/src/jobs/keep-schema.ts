import { isSchemaMissing } from "../db/unavailable.ts";
import type { Deps } from "../deps.ts";

/**
 * Applies the schema of this version where it is missing under a running replica, whose own start has applied it long
 * ago: the database was emptied, or replaced by another one.
 */
export async function keepSchema({ assertReady, migrate, log }: Pick<Deps, "assertReady" | "migrate" | "log">) {
  try {
    await assertReady();
  } catch (error) {
    if (!isSchemaMissing(error)) throw error;
    log.error({ err: error }, "the tables of this version are missing: applying its schema");
    log.warn({ applied: await migrate() }, "the schema is applied; what the database held before is not here");
  }
}

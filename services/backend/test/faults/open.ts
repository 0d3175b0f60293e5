import pg from "pg";
import { freePort } from "../../../../scripts/local/ports.mjs";
import { createTestDatabase } from "../_harness.ts";
import { startModel } from "./asks.ts";
import { BackendProcess } from "./backend-process.ts";
import { buildBackend } from "./build.ts";

/** A backend that is not started yet, its database, and in `stack` what has to be ended with the test. */
export async function open() {
  const stack = new AsyncDisposableStack();
  const build = buildBackend();
  stack.defer(build.remove);
  const model = await startModel();
  stack.defer(model.close);
  const databaseUrl = await createTestDatabase();
  const db = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  stack.defer(() => db.end());
  const backend = new BackendProcess({ dist: build.dist, databaseUrl, modelUrl: model.url }, await freePort());
  stack.defer(() => backend.kill());
  return { stack, db, backend };
}

import { isUnavailable } from "../db/unavailable.ts";
import type { Deps } from "../deps.ts";
import { finishLeaving } from "../domain/accounts.ts";
import { forgetEndedWindows } from "../domain/rate-limits.ts";
import { forgetOldLogs } from "../domain/run-log.ts";
import { emptyTrash } from "../domain/trash.ts";
import { forgetOldCalls } from "../domain/waiting-calls.ts";
import { finishCalls } from "../operations/perform.ts";
import { keepSchema } from "./keep-schema.ts";

/** What is done every now and then; the only list. Each may run on several replicas at once. */
const jobs = [
  { name: "schema", everyMs: 10_000, run: keepSchema },
  { name: "old run logs", everyMs: 60_000, run: ({ db }: Deps) => forgetOldLogs(db) },
  { name: "ended rate limits", everyMs: 300_000, run: ({ db }: Deps) => forgetEndedWindows(db) },
  { name: "trash", everyMs: 3_600_000, run: ({ db, clock }: Deps) => emptyTrash(db, clock()) },
  { name: "half done calls", everyMs: 60_000, run: (deps: Deps) => finishCalls(deps) },
  { name: "half deleted accounts", everyMs: 60_000, run: (deps: Deps) => finishLeaving(deps) },
  { name: "old waiting calls", everyMs: 3_600_000, run: ({ db, clock }: Deps) => forgetOldCalls(db, clock()) },
];

/** Starts all jobs; the returned function ends them. A job that fails is logged and tried again at its next time. */
export function startJobs(deps: Deps): () => void {
  const timers = jobs.map(({ name, everyMs, run }) =>
    setInterval(() => {
      run(deps).catch((error: unknown) => {
        if (!isUnavailable(error)) deps.log.warn({ err: error, job: name }, "a job failed");
      });
    }, everyMs).unref(),
  );
  return () => timers.forEach(clearInterval);
}

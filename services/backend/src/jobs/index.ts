import { deleteEndedWindows } from "../db/queries/rate-limits.ts";
import { deleteOldChunks } from "../db/queries/run-log.ts";
import { isUnavailable } from "../db/unavailable.ts";
import type { Deps } from "../deps.ts";

/** How long the log of an ended run is kept for readers that come back, in minutes. */
const LOG_MINUTES = 10;

/** What is done every now and then; the only list. Each may run on several replicas at once. */
const jobs = [
  { name: "old run logs", everyMs: 60_000, run: ({ db }: Deps) => deleteOldChunks(db, LOG_MINUTES) },
  { name: "ended rate limits", everyMs: 300_000, run: ({ db }: Deps) => deleteEndedWindows(db) },
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

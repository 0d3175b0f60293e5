import type { Chunk, RunErrorCode, RunStatus } from "@todo/contract";
import { isUnavailable } from "../db/unavailable.ts";
import { queueIfDecided } from "../domain/approvals.ts";
import { asUser, type Context } from "../domain/context.ts";
import { append, type Ended, endRun, isOverlong, LeaseLost, sealRun, stoppedChunks } from "../domain/end-run.ts";
import type { Question } from "../domain/model-context.ts";
import { failedChunks, noticeFor } from "../domain/notices.ts";
import { cutOffChunks } from "../domain/portions.ts";
import { readPast } from "../domain/run-log.ts";
import type { RunRow } from "../domain/runs.ts";
import { failpoint } from "../failpoint.ts";
import type { Answerer } from "./answerer.ts";
import { RunFault } from "./run-fault.ts";
import { RunLog, type RunLogDeps } from "./run-log.ts";

export type ExecuteDeps = RunLogDeps & {
  /** Loaded after listening; from then on there is nothing to wait for. */
  answerer: () => Promise<Answerer>;
  onOutcome: (outcome: string) => void;
};

/** Why a run is interrupted: only the first two end it; after the others it is somebody else's. */
export type Interruption = "stop" | "time" | "lost" | "shutdown";

/** Owners of a run that may die on it before it is given up. */
const MAX_CRASHES = 3;

/**
 * Works on a claimed run until it has ended, waits for an approval, or is no longer ours. Every step can be cut off at
 * any point: the next owner calls this again and goes on from the journal.
 * `signal` is aborted with an `Interruption` as its reason. `question`: what a run that was made just now is to answer.
 */
export async function executeRun(
  deps: ExecuteDeps,
  run: RunRow,
  signal: AbortSignal,
  question?: Question,
): Promise<void> {
  const log = new RunLog(deps, run);
  try {
    if (run.stopRequested) return await end(deps, log, run, "stopped");
    // Its end alone has cost another owner.
    if (run.crashes > MAX_CRASHES) return await end(deps, log, run, "sealed");
    if (run.crashes >= MAX_CRASHES) return await end(deps, log, run, failure("run_crashed"));
    if (isOverlong(run)) return await end(deps, log, run, failure("answer_limit"));
    const past = question
      ? { question, journal: [], stepBegun: false }
      : await asUser(deps, run.userId, (ctx) => readPast(ctx, run));
    const { answer } = await deps.answerer();
    await end(deps, log, run, await answer({ run, log, ...past }, signal));
  } catch (error) {
    await settle(deps, log, run, error, signal);
  }
}

/** `sealed`: failed, whatever the log holds. */
type Ending = "done" | "waiting" | "stopped" | "sealed" | { failed: RunErrorCode };

function failure(code: RunErrorCode): Ending {
  return { failed: code };
}

/** Decides what an error means for the run: an ending that the user sees, or nothing since others go on. */
async function settle(deps: ExecuteDeps, log: RunLog, run: RunRow, error: unknown, signal: AbortSignal): Promise<void> {
  const reason: Interruption | undefined = signal.aborted ? signal.reason : undefined;
  if (reason === "lost" || reason === "shutdown" || error instanceof LeaseLost) return;
  if (!(error instanceof RunFault) && isUnavailable(error)) {
    // Nothing can be written now. The lease lapses, and whoever finds it then goes on.
    deps.log.warn({ err: error, runId: run.id }, "database unavailable, leaving the run for later");
    return;
  }
  const ending = await endingFor(deps, error, reason);
  if (ending !== "stopped") deps.log.warn({ err: error, runId: run.id, ending }, "run failed");
  try {
    await end(deps, log, run, ending);
  } catch (again) {
    if (!(again instanceof LeaseLost)) deps.log.error({ err: again, runId: run.id }, "could not end the run");
  }
}

async function endingFor(deps: ExecuteDeps, error: unknown, reason: "stop" | "time" | undefined): Promise<Ending> {
  if (reason === "stop") return "stopped";
  if (reason === "time") return failure("time_limit");
  return failure(await (await deps.answerer()).classify(error));
}

async function end(deps: ExecuteDeps, log: RunLog, run: RunRow, ending: Ending): Promise<void> {
  failpoint("finish:before");
  let status: RunStatus = "queued";
  await log.end(async (ctx, pending) => {
    if (ending === "waiting" && (await queueIfDecided(ctx, run))) {
      status = "queued";
      return append(ctx, run, pending);
    }
    const ended = await endAs(ctx, run, ending, pending);
    status = ended.status;
    return ended.logged;
  });
  failpoint("finish:after");
  deps.hub.publishStatus(run.id, status);
  if (status === "queued") deps.onOutcome("queued");
  else deps.onOutcome(typeof ending === "object" ? ending.failed : ending);
}

async function endAs(ctx: Context, run: RunRow, ending: Ending, pending: readonly Chunk[]): Promise<Ended> {
  if (ending === "sealed") return sealRun(ctx, run);
  const status = typeof ending === "object" ? "failed" : ending;
  return endRun(ctx, run, status, [...pending, ...(await lastChunks(ctx, run, ending))]);
}

async function lastChunks(ctx: Context, run: RunRow, ending: Exclude<Ending, "sealed">): Promise<Chunk[]> {
  if (ending === "waiting") return [];
  if (ending === "done") return [{ type: "finish-step" }, { type: "finish", finishReason: "stop" }];
  if (ending === "stopped") return stoppedChunks(ctx, run.id);
  const notice = noticeFor(ending.failed);
  const [told, ...ends] = failedChunks(notice);
  // After the notice, so that it goes with it when another try goes on with the portions that are left.
  return [...(told ? [told] : []), ...(await cutOffChunks(ctx, run.id)), ...ends];
}

import type { RunStatus } from "@todo/contract";
import * as queries from "../db/queries/run-log.ts";
import { listProgress } from "../db/queries/runs.ts";
import type { JournaledResponse } from "../db/schema/runs.ts";
import type { Context, Db } from "./context.ts";
import { LeaseLost, type LoggedChunk } from "./end-run.ts";
import { findQuestion, type Question } from "./model-context.ts";
import type { RunRow } from "./runs.ts";

export type { JournaledResponse } from "../db/schema/runs.ts";

/** How long the log of an ended run is kept for readers that come back, in minutes. */
const KEPT_MINUTES = 10;

/** How far these runs have come: their newest chunk, claim and status. A run that is gone is absent. */
export function listRunProgress(
  db: Db,
  runIds: readonly string[],
): Promise<{ id: string; chunkSeq: number; attempt: number; status: RunStatus }[]> {
  return listProgress(db, runIds);
}

/** At most `limit` chunks of a run's log after place `seq`, in order. */
export function readLog(db: Db, runId: string, seq: number, limit: number): Promise<LoggedChunk[]> {
  return queries.listChunks(db, runId, seq, limit);
}

/**
 * Whether a later attempt than `attempt` has written anew what a reader has had up to `seq`: a retry takes back a failed
 * end, and a database that was set not to wait for its disk, or was failed over, may have lost its last moments. Then
 * everything is told again, and the first chunk has the reader begin anew, too.
 */
export async function isRewritten(db: Db, runId: string, attempt: number, seq: number): Promise<boolean> {
  const rewritten = await queries.firstSeqAfterAttempt(db, runId, attempt);
  return rewritten !== undefined && rewritten <= seq;
}

/** Stores what the model said in a turn (from 1). The caller holds the run's lock. */
export async function recordTurn(
  ctx: Context,
  run: Pick<RunRow, "id" | "userId">,
  turn: number,
  response: JournaledResponse,
): Promise<void> {
  await queries.insertJournal(ctx.db, run.id, run.userId, turn, response);
}

/**
 * What earlier attempts have left of a run, and what it is to answer: the journal, first turn first, and whether the log
 * has begun to tell the first turn that is not in it.
 * @throws LeaseLost when its conversation is gone
 */
export async function readPast(
  ctx: Context,
  run: RunRow,
): Promise<{ question: Question; journal: JournaledResponse[]; stepBegun: boolean }> {
  const question = await findQuestion(ctx, run.messageId);
  if (!question) throw new LeaseLost();
  const journal = await queries.listJournal(ctx.db, run.id);
  const steps = await queries.countSteps(ctx.db, run.id);
  return { question, journal, stepBegun: steps > journal.length };
}

/** So many chunks at once, whatever the logs hold. */
const STEP = 1_000;

/** Removes the logs of runs that ended a while ago; their answers are messages by now. Gives how many chunks. */
export async function forgetOldLogs(db: Db): Promise<number> {
  let removed = 0;
  for (let last = STEP; last === STEP; removed += last) last = await queries.deleteOldChunks(db, KEPT_MINUTES, STEP);
  return removed;
}

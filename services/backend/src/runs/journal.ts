import type { Chunk } from "@todo/contract";
import { foldLog, insertJournal, listJournal } from "../db/queries/run-log.ts";
import type { JournaledResponse } from "../db/schema/runs.ts";
import { asUser, type UnitOfWorkDeps } from "../domain/context.ts";
import { findQuestion } from "../domain/model-context.ts";
import { LeaseLost, type RunRow } from "../domain/runs.ts";
import { failpoint } from "../failpoint.ts";
import type { ClaimedRun } from "./answerer.ts";
import type { RunLog } from "./run-log.ts";

export type { JournaledResponse } from "../db/schema/runs.ts";

/**
 * Writes down what the model said in a turn (from 1) together with the chunks that show it, before anything is done
 * about it.
 * @throws LeaseLost
 */
export async function storeTurn(
  { run, log }: { run: Pick<RunRow, "id" | "userId">; log: RunLog },
  turn: number,
  response: JournaledResponse,
  chunks: Chunk[],
): Promise<void> {
  failpoint("journal:before");
  await log.commit(async (ctx) => {
    await insertJournal(ctx.db, run.id, run.userId, turn, response);
    return { chunks, value: undefined };
  });
  failpoint("journal:after");
}

/** What earlier attempts have left of a run, and what it is to answer. @throws LeaseLost when its conversation is gone */
export async function readPast(
  deps: UnitOfWorkDeps,
  run: RunRow,
): Promise<Pick<ClaimedRun, "question" | "journal" | "stepBegun">> {
  return asUser(deps, run.userId, async (ctx) => {
    const question = await findQuestion(ctx, run.messageId);
    if (!question) throw new LeaseLost();
    const journal = await listJournal(ctx.db, run.id);
    const { parts } = await foldLog(ctx.db, run);
    const steps = parts.filter((part) => part.type === "step-start").length;
    return { question, journal, stepBegun: steps > journal.length };
  });
}

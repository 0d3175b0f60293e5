import { type AnswerState, type Chunk, emptyAnswer, foldChunk } from "@todo/contract";
import { type Kysely, sql } from "kysely";
import type { Db, Trx } from "../database.ts";
import type { Database } from "../schema/index.ts";
import type { JournaledResponse } from "../schema/runs.ts";
import type { Fence } from "./runs.ts";

export type LoggedChunk = { seq: number; attempt: number; chunk: Chunk };

/**
 * Appends chunks to the run's log, if the fence still holds: the one statement checks it, locks the run and takes the
 * numbers. Returns them with their numbers, or undefined when another claim has taken over (nothing is written then).
 */
export async function appendChunks(
  db: Db | Trx,
  fence: Fence,
  chunks: readonly Chunk[],
): Promise<LoggedChunk[] | undefined> {
  const { rows } = await sql<{ chunkSeq: number }>`
    with "run" as (
      update "runs" set "chunkSeq" = "chunkSeq" + ${chunks.length}
      where "id" = ${fence.runId} and "attempt" = ${fence.attempt} and "status" in ('queued', 'running', 'waiting')
      returning "id", "userId", "attempt", "chunkSeq"
    ), "log" as (
      insert into "runChunks" ("runId", "userId", "seq", "attempt", "chunk")
      select "run"."id", "run"."userId", "run"."chunkSeq" - ${chunks.length} + "new"."place", "run"."attempt", "new"."chunk"
      from "run", jsonb_array_elements(${JSON.stringify(chunks)}::jsonb) with ordinality as "new" ("chunk", "place")
    )
    select "chunkSeq" from "run"`.execute(db);
  const [run] = rows;
  if (!run) return undefined;
  const first = run.chunkSeq - chunks.length + 1;
  return chunks.map((chunk, i) => ({ seq: first + i, attempt: fence.attempt, chunk }));
}

/** The run's log after `seq`, at most `limit` chunks. */
export async function listChunks(db: Kysely<Database>, runId: string, seq: number, limit: number) {
  return db
    .selectFrom("runChunks")
    .select(["seq", "attempt", "chunk"])
    .where("runId", "=", runId)
    .where("seq", ">", seq)
    .orderBy("seq")
    .limit(limit)
    .execute();
}

/** Seq of the first chunk that a later claim than `attempt` wrote. */
export async function firstSeqAfterAttempt(db: Kysely<Database>, runId: string, attempt: number) {
  const row = await db
    .selectFrom("runChunks")
    .select((eb) => eb.fn.min("seq").as("seq"))
    .where("runId", "=", runId)
    .where("attempt", ">", attempt)
    .executeTakeFirst();
  return row?.seq ?? undefined;
}

/** The whole log of a run, folded into the answer as it stands. */
export async function foldLog(db: Kysely<Database>, run: { id: string; answerId: string }): Promise<AnswerState> {
  let answer = emptyAnswer(run.answerId);
  for (let seq = 0; ; ) {
    const chunks = await listChunks(db, run.id, seq, 500);
    for (const { chunk } of chunks) answer = foldChunk(answer, chunk);
    const last = chunks.at(-1);
    if (chunks.length < 500 || !last) return answer;
    seq = last.seq;
  }
}

/** Takes back the end that a failed run's log was given, from its notice on, so that the run can go on. */
export async function reopenLog(trx: Trx, runId: string): Promise<void> {
  const notice = await trx
    .selectFrom("runChunks")
    .select("seq")
    .where("runId", "=", runId)
    .where(sql<boolean>`"chunk" ->> 'type' = 'data-notice'`)
    .orderBy("seq")
    .limit(1)
    .executeTakeFirst();
  if (!notice) return;
  await trx.deleteFrom("runChunks").where("runId", "=", runId).where("seq", ">=", notice.seq).execute();
  await trx
    .updateTable("runs")
    .set({ chunkSeq: notice.seq - 1 })
    .where("id", "=", runId)
    .execute();
}

/** Removes the logs of runs that ended a while ago; their answers are messages by now. Returns how many chunks. */
export async function deleteOldChunks(db: Db, minutes: number): Promise<number> {
  const result = await db
    .deleteFrom("runChunks")
    .where("runId", "in", (eb) =>
      eb
        .selectFrom("runs")
        .select("id")
        .where("finishedAt", "<", sql<Date>`now() - make_interval(mins => ${minutes})`)
        .where("status", "in", ["done", "stopped"])
        .where((w) => w.exists(w.selectFrom("runChunks").select("seq").whereRef("runChunks.runId", "=", "runs.id")))
        .limit(100),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Stores what the model answered in this turn. */
export async function insertJournal(
  trx: Trx,
  runId: string,
  userId: string,
  turn: number,
  response: JournaledResponse,
): Promise<void> {
  await trx
    .insertInto("runJournal")
    .values({ runId, userId, turn, response: JSON.stringify(response) })
    .execute();
}

/** The model's answers of this run, first turn first. */
export async function listJournal(trx: Trx, runId: string): Promise<JournaledResponse[]> {
  const rows = await trx
    .selectFrom("runJournal")
    .select("response")
    .where("runId", "=", runId)
    .orderBy("turn")
    .execute();
  return rows.map((row) => row.response);
}

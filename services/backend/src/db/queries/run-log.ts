import { type AnswerState, type Chunk, emptyAnswer, foldChunk } from "@todo/contract";
import { type Kysely, sql } from "kysely";
import type { Db, Trx } from "../database.ts";
import type { Database } from "../schema/index.ts";
import type { JournaledResponse } from "../schema/runs.ts";
import { type Fence, leaseEnd } from "./runs.ts";

export type LoggedChunk = { seq: number; attempt: number; chunk: Chunk };

/**
 * Appends chunks to the run's log, if the fence still holds: the one statement checks it, locks the run, takes the
 * numbers and renews the lease, since who writes is alive. Returns them with their numbers, or undefined when another
 * claim has taken over (nothing is written then).
 */
export async function appendChunks(
  db: Db | Trx,
  fence: Fence,
  chunks: readonly Chunk[],
): Promise<LoggedChunk[] | undefined> {
  const { rows } = await sql<{ chunkSeq: number }>`
    with "run" as (
      update "runs" set "chunkSeq" = "chunkSeq" + ${chunks.length},
        "leaseUntil" = case when "status" = 'running' then ${leaseEnd} else "leaseUntil" end
      where "id" = ${fence.runId} and "attempt" = ${fence.attempt} and "status" in ('queued', 'running', 'waiting')
      returning "id", "userId", "attempt", "chunkSeq"
    ), "log" as (
      insert into "runChunks" ("runId", "userId", "seq", "attempt", "chunk")
      select "run"."id", "run"."userId", "run"."chunkSeq" - ${chunks.length} + "new"."place", "run"."attempt", "new"."chunk"
      from "run", jsonb_array_elements(${JSON.stringify(chunks)}::jsonb) with ordinality as "new" ("chunk", "place")
    )
    select "chunkSeq" from "run"`.execute(db);
  const [run] = rows;
  return run && numbered(fence, chunks, run.chunkSeq);
}

/**
 * The same for several runs in one statement, which waits for none: undefined also for those whose lock somebody holds.
 */
export async function appendToMany(
  db: Db,
  writes: readonly { fence: Fence; chunks: readonly Chunk[] }[],
): Promise<(LoggedChunk[] | undefined)[]> {
  const wanted = writes.map(({ fence, chunks }, place) => ({ ...fence, place, chunks }));
  const { rows } = await sql<{ place: number; chunkSeq: number }>`
    with "new" as (
      select * from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb)
        as "each" ("place" integer, "runId" uuid, "attempt" integer, "chunks" jsonb)
    ), "free" as (
      select "id", "place", "chunks" from "runs" join "new" on "id" = "runId" and "runs"."attempt" = "new"."attempt"
      where "status" in ('queued', 'running', 'waiting')
      for no key update of "runs" skip locked
    ), "run" as (
      update "runs" set "chunkSeq" = "chunkSeq" + jsonb_array_length("chunks"),
        "leaseUntil" = case when "status" = 'running' then ${leaseEnd} else "leaseUntil" end
      from "free" where "runs"."id" = "free"."id"
      returning "runs"."id", "userId", "attempt", "chunkSeq", "place", "chunks"
    ), "log" as (
      insert into "runChunks" ("runId", "userId", "seq", "attempt", "chunk")
      select "id", "userId", "chunkSeq" - jsonb_array_length("chunks") + "at", "attempt", "chunk"
      from "run", jsonb_array_elements("chunks") with ordinality as "each" ("chunk", "at")
    )
    select "place", "chunkSeq" from "run"`.execute(db);
  const ends = new Map(rows.map(({ place, chunkSeq }) => [place, chunkSeq]));
  return writes.map(({ fence, chunks }, place) => {
    const end = ends.get(place);
    return end === undefined ? undefined : numbered(fence, chunks, end);
  });
}

/** The chunks with their places, the last of which is `end`. */
function numbered({ attempt }: Fence, chunks: readonly Chunk[], end: number): LoggedChunk[] {
  const first = end - chunks.length + 1;
  return chunks.map((chunk, i) => ({ seq: first + i, attempt, chunk }));
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

/** How much of a log is read at most: rows, and bytes of their JSON. */
export type LogBounds = { chunks: number; bytes: number };

const PAGE = 500;

/**
 * The log of a run, folded into the answer as it stands; only as much of its beginning as `bounds` let through, and then
 * `isWhole` is false. More than that is never held.
 */
export async function foldLog(
  db: Kysely<Database>,
  run: { id: string; answerId: string },
  bounds: LogBounds,
): Promise<{ answer: AnswerState; isWhole: boolean }> {
  let answer = emptyAnswer(run.answerId);
  let seq = 0;
  for (let left = bounds; left.chunks > 0; ) {
    const page = await listChunksWithin(db, run.id, seq, left);
    for (const { chunk } of page) answer = foldChunk(answer, chunk);
    const last = page.at(-1);
    if (!last) break;
    if (page.length < last.found) return { answer, isWhole: false };
    seq = last.seq;
    if (last.found < PAGE && last.found < left.chunks) return { answer, isWhole: true };
    left = { chunks: left.chunks - page.length, bytes: left.bytes - last.bytes };
  }
  return { answer, isWhole: (await listChunks(db, run.id, seq, 1)).length === 0 };
}

/**
 * The next page of a log as far as it fits; each chunk with the bytes up to its end, and how many the page would have
 * without the bound of bytes.
 */
async function listChunksWithin(db: Kysely<Database>, runId: string, seq: number, { chunks, bytes }: LogBounds) {
  const { rows } = await sql<{ seq: number; chunk: Chunk; bytes: number; found: number }>`
    select "seq", "chunk", "bytes", "found" from (
      select "seq", "chunk", (count(*) over ())::integer as "found",
        (sum(octet_length("chunk"::text)) over (order by "seq"))::float8 as "bytes"
      from (
        select "seq", "chunk" from "runChunks" where "runId" = ${runId} and "seq" > ${seq}
        order by "seq" limit ${Math.min(PAGE, chunks)}
      ) as "page"
    ) as "sized"
    where "bytes" <= ${bytes} order by "seq"`.execute(db);
  return rows;
}

/** How many steps the log has begun to tell. */
export async function countSteps(db: Kysely<Database>, runId: string): Promise<number> {
  const { count } = await db
    .selectFrom("runChunks")
    .select((eb) => eb.fn.countAll<string>().as("count"))
    .where("runId", "=", runId)
    .where(sql<boolean>`"chunk" ->> 'type' = 'start-step'`)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Takes back the end that a failed run's log was given, from its notice on, so that the run can go on. */
export async function reopenLog(trx: Trx, runId: string): Promise<void> {
  const notice = await trx
    .selectFrom("runChunks")
    .select("seq")
    .where("runId", "=", runId)
    .where(sql<boolean>`"chunk" ->> 'type' = 'data-notice'`)
    // It is among the last, and the log may be long.
    .orderBy("seq", "desc")
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

/**
 * Removes at most `limit` chunks of runs that ended a while ago and that nobody can go on with; their answers are messages
 * by now. Returns how many.
 */
export async function deleteOldChunks(db: Db, minutes: number, limit: number): Promise<number> {
  const result = await sql`
    delete from "runChunks" where ctid = any(array(
      select "old".ctid from "runs" cross join lateral (${firstOf(limit)}) as "old"
      where "finishedAt" < now() - make_interval(mins => ${minutes}) and ("status" in ('done', 'stopped') or "sealed")
      limit ${limit}
    ))`.execute(db);
  return Number(result.numAffectedRows ?? 0);
}

/** Removes at most `limit` chunks of a conversation's logs. Returns how many. The caller holds its runs' locks. */
export async function deleteChunksOf(trx: Trx, userId: string, conversationId: string, limit: number): Promise<number> {
  const result = await sql`
    delete from "runChunks" where "userId" = ${userId} and ctid = any(array(
      select "first".ctid from "runs" cross join lateral (${firstOf(limit)}) as "first"
      where "runs"."userId" = ${userId} and "conversationId" = ${conversationId} limit ${limit}
    ))`.execute(trx);
  return Number(result.numAffectedRows ?? 0);
}

/** The places of a run's first chunks, by the index: what earlier steps have removed is skipped there, not in the table. */
function firstOf(limit: number) {
  return sql`select ctid from "runChunks" where "runId" = "runs"."id" order by "seq" limit ${limit}`;
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

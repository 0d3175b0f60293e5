import type { Chunk, Run, RunStatus } from "@todo/contract";
import { type Selectable, sql } from "kysely";
import { jsonArrayFrom } from "kysely/helpers/postgres";
import type { Db, Trx } from "../database.ts";
import type { RunsTable } from "../schema/runs.ts";

export type RunRow = Selectable<RunsTable>;

/** How long an owner may be silent before another takes its run over. It renews every second. */
export const LEASE_SECONDS = 3;
/** What a lease has left that was taken or renewed before the last second. */
const OLDER_SECONDS = LEASE_SECONDS - 1;
/** A lease that begins now. */
export const leaseEnd = sql<Date>`now() + make_interval(secs => ${sql.lit(LEASE_SECONDS)})`;

/** Names one claim of a run: writes carry it, so that an earlier owner can't write any more. */
export type Fence = { runId: string; attempt: number };

export function toRun(row: RunRow): Run {
  return {
    id: row.id,
    conversationId: row.conversationId,
    messageId: row.messageId,
    answerId: row.answerId,
    status: row.status,
  };
}

export async function findRun(trx: Trx, userId: string, id: string, lock = false): Promise<RunRow | undefined> {
  return trx
    .selectFrom("runs")
    .selectAll()
    .where("userId", "=", userId)
    .where("id", "=", id)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();
}

export async function findRunByMessage(trx: Trx, userId: string, messageId: string): Promise<RunRow | undefined> {
  return trx
    .selectFrom("runs")
    .selectAll()
    .where("userId", "=", userId)
    .where("messageId", "=", messageId)
    .executeTakeFirst();
}

export type NewRun = Pick<
  RunRow,
  "id" | "conversationId" | "userId" | "messageId" | "answerId" | "timeZone" | "createdAt"
> & {
  /** The replica that works on it. */
  owner: string;
};

/** Stores a run as claimed by its owner, together with the first chunk of its log. */
export async function insertRun(trx: Trx, { owner, ...run }: NewRun, first: Chunk): Promise<RunRow> {
  const { id: runId, userId } = run;
  return trx
    .with("log", (db) =>
      db.insertInto("runChunks").values({ runId, userId, seq: 1, attempt: 1, chunk: JSON.stringify(first) }),
    )
    .insertInto("runs")
    .values({ ...run, status: "running", attempt: 1, chunkSeq: 1, leaseOwner: owner, leaseUntil: leaseEnd })
    .returningAll()
    .executeTakeFirstOrThrow();
}

export type LiveRun = Pick<RunRow, "conversationId" | "status">;

/** The user's runs that have not ended: one a conversation at most. */
export async function listLiveRuns(trx: Trx, userId: string): Promise<LiveRun[]> {
  return liveRuns(trx, userId).execute();
}

/** In one look: whether the user has sent this message before, and their runs that have not ended. */
export async function findMessageAndLiveRuns(
  trx: Trx,
  userId: string,
  messageId: string,
): Promise<{ isSent: boolean; live: LiveRun[] }> {
  const sent = trx.selectFrom("messages").select("id").where("userId", "=", userId).where("id", "=", messageId);
  return trx
    .selectNoFrom((eb) => [
      eb.exists(sent).$castTo<boolean>().as("isSent"),
      jsonArrayFrom(liveRuns(trx, userId)).as("live"),
    ])
    .executeTakeFirstOrThrow();
}

function liveRuns(trx: Trx, userId: string) {
  return trx
    .selectFrom("runs")
    .select(["conversationId", "status"])
    .where("userId", "=", userId)
    .where("status", "in", ["queued", "running", "waiting"]);
}

/** By the order of its messages: replicas' clocks may be apart. */
function newestRun(trx: Trx, userId: string, conversationId: string) {
  return trx
    .selectFrom("messages")
    .innerJoin("runs", "runs.messageId", "messages.id")
    .where("messages.userId", "=", userId)
    .where("messages.conversationId", "=", conversationId)
    .orderBy("messages.seq", "desc")
    .limit(1);
}

/** The conversation's newest run, which alone can be live. */
export async function findNewestRun(trx: Trx, userId: string, conversationId: string): Promise<RunRow | undefined> {
  return newestRun(trx, userId, conversationId).selectAll("runs").executeTakeFirst();
}

/** Locks a conversation's newest run, which alone can be live, so that deleting it does not cross a run that is writing. */
export async function lockNewestRun(trx: Trx, userId: string, conversationId: string): Promise<void> {
  await newestRun(trx, userId, conversationId).select("runs.id").forUpdate("runs").execute();
}

/** Leaves the run for any replica to claim. The caller holds its lock. */
export async function queueRun(trx: Trx, userId: string, id: string): Promise<void> {
  await trx
    .updateTable("runs")
    .set({ status: "queued", leaseOwner: null, leaseUntil: null, crashes: 0, finishedAt: null, stopRequested: false })
    .where("userId", "=", userId)
    .where("id", "=", id)
    .execute();
}

export async function requestStop(trx: Trx, userId: string, id: string): Promise<void> {
  await trx
    .updateTable("runs")
    .set({ stopRequested: true })
    .where("userId", "=", userId)
    .where("id", "=", id)
    .execute();
}

/**
 * Ends or parks the run, whose lock the caller holds. The attempt grows, so that whoever holds an older claim can't
 * write into an ended run. `sealed`: for good, whatever its status says of another try.
 */
export async function setRunStatus(
  trx: Trx,
  runId: string,
  status: Exclude<RunStatus, "queued" | "running">,
  now: Date,
  sealed = false,
): Promise<boolean> {
  const row = await trx
    .updateTable("runs")
    .set({
      status,
      sealed,
      leaseOwner: null,
      leaseUntil: null,
      finishedAt: status === "waiting" ? null : now,
      attempt: sql`"attempt" + 1`,
    })
    .where("id", "=", runId)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Takes the conversation's live runs, whose locks the caller holds, from whoever works on them. */
export async function cutOffRunsOf(trx: Trx, userId: string, conversationId: string, now: Date): Promise<void> {
  await trx
    .updateTable("runs")
    .set({ status: "stopped", leaseOwner: null, leaseUntil: null, finishedAt: now, attempt: sql`"attempt" + 1` })
    .where("userId", "=", userId)
    .where("conversationId", "=", conversationId)
    .where("status", "in", ["queued", "running", "waiting"])
    .execute();
}

/** Counts task changes of this claim, or undefined when the fence no longer holds. Returns the run's total. */
export async function addRunChanges(trx: Trx, fence: Fence, changes: number): Promise<number | undefined> {
  const row = await trx
    .updateTable("runs")
    .set({ changes: sql`"changes" + ${changes}` })
    .where("id", "=", fence.runId)
    .where("attempt", "=", fence.attempt)
    .where("status", "=", "running")
    .returning("changes")
    .executeTakeFirst();
  return row?.changes;
}

/**
 * Claims up to `limit` runs that nobody works on: queued ones, those whose owner has not renewed its lease, and those that
 * this owner has a lease of without being at work on them (all but `active`), as when the answer to its claim was lost. A
 * lapsed lease counts as a crash of its owner, unless that is this one, which lives, or nobody could renew (`isBlind`).
 * `skip locked` lets many replicas claim at once.
 */
export async function claimRuns(
  db: Db,
  owner: string,
  limit: number,
  { active, isBlind }: { active: readonly string[]; isBlind: boolean },
): Promise<RunRow[]> {
  return db
    .updateTable("runs")
    .set({
      status: "running",
      attempt: sql`"attempt" + 1`,
      crashes: sql`"crashes" + case when "status" = 'running' and "leaseOwner" is distinct from ${owner} and not ${isBlind} then 1 else 0 end`,
      leaseOwner: owner,
      leaseUntil: leaseEnd,
    })
    .where("id", "in", (eb) =>
      eb
        .selectFrom("runs")
        .select("id")
        .where((w) =>
          w.or([
            w("status", "=", "queued"),
            w.and([w("status", "=", "running"), w("leaseUntil", "<", sql<Date>`now()`)]),
            w.and([
              w("status", "=", "running"),
              w("leaseOwner", "=", owner),
              // Whoever took it in just now is about to begin.
              w("leaseUntil", "<", sql<Date>`now() + make_interval(secs => ${sql.lit(OLDER_SECONDS)})`),
              w("id", "<>", sql<string>`all(${active}::uuid[])`),
            ]),
          ]),
        )
        .orderBy("createdAt")
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute();
}

/**
 * Renews this owner's leases of the runs that it works on, and tells which claims it still holds and which are to be
 * stopped. One that it has given up lapses, so that it is found again. One that somebody is writing to is not waited for,
 * or all the others would lapse meanwhile: whoever writes renews it (`appendChunks`).
 */
export async function renewLeases(
  db: Db,
  owner: string,
  ids: readonly string[],
): Promise<{ id: string; attempt: number; stopRequested: boolean }[]> {
  const { rows } = await sql<{ id: string; attempt: number; stopRequested: boolean }>`
    with "free" as (
      select "id" from "runs" where "id" = any(${ids}::uuid[]) and "leaseOwner" = ${owner} and "status" = 'running'
      for no key update skip locked
    ), "renewed" as (
      update "runs" set "leaseUntil" = ${leaseEnd} from "free" where "runs"."id" = "free"."id"
    )
    select "id", "attempt", "stopRequested" from "runs"
    where "id" = any(${ids}::uuid[]) and "leaseOwner" = ${owner} and "status" = 'running'`.execute(db);
  return rows;
}

/** Hands back all runs of this owner at once, for the next replica to go on. Not a crash. */
export async function releaseRuns(db: Db, owner: string): Promise<number> {
  const rows = await db
    .updateTable("runs")
    .set({ status: "queued", leaseOwner: null, leaseUntil: null, attempt: sql`"attempt" + 1` })
    .where("leaseOwner", "=", owner)
    .where("status", "=", "running")
    .returning("id")
    .execute();
  return rows.length;
}

/** Newest seq, claim and status of these runs, for the streams of one replica. */
export async function listProgress(db: Db, runIds: readonly string[]) {
  return db
    .selectFrom("runs")
    .select(["id", "chunkSeq", "attempt", "status"])
    .where("id", "=", sql<string>`any(${runIds}::uuid[])`)
    .execute();
}

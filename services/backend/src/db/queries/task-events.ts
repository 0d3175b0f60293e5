import type { Task, TaskChange, TaskChangeKind, TaskRef } from "@todo/contract";
import { sql } from "kysely";
import type { Trx } from "../database.ts";

/** A tool call of a run. */
export type CallRef = { runId: string; callId: string };

/** The call that makes a change: of a run's tool, or a request. */
export type Call = { runId: string | null; callId: string; operation: string; tokenId: string | null };

/** Writes changes to the audit log, and gives each with the number of its entry. The caller holds the lock of `touchTasks`. */
export async function insertTaskEvents(
  trx: Trx,
  userId: string,
  changes: readonly (TaskChange & { undo?: boolean })[],
  { call, at }: { call: Call | undefined; at: Date },
): Promise<TaskChange[]> {
  if (changes.length === 0) return [];
  // One text for any number of rows: a connection keeps its statements prepared.
  const { rows } = await sql<{ id: number }>`
    insert into "taskEvents"
      ("taskId", "userId", "kind", "before", "after", "undo", "runId", "callId", "operation", "tokenId", "at",
        "version")
    select ("change" -> 'after' ->> 'id')::uuid, ${userId}, "change" ->> 'kind',
      nullif("change" -> 'before', 'null'::jsonb), "change" -> 'after', coalesce(("change" ->> 'undo')::boolean, false),
      ${call?.runId ?? null}::uuid, ${call?.callId ?? null}, ${call?.operation ?? null},
      ${call?.tokenId ?? null}::uuid, ${at}, (select "tasksVersion" from "userStates" where "userId" = ${userId})
    from jsonb_array_elements(${JSON.stringify(changes)}::jsonb) with ordinality as "list" ("change", "place")
    order by "place"
    returning "id"`.execute(trx);
  // Rows of one statement get their numbers in the order in which they stand there.
  const ids = rows.map(({ id }) => id).sort((a, b) => a - b);
  return changes.map(({ kind, before, after }, i) => ({ kind, before, after, event: ids[i] }));
}

/** An entry of the audit log. */
export type TaskEvent = {
  id: number;
  taskId: string;
  kind: TaskChangeKind;
  before: Task | null;
  after: Task;
  runId: string | null;
  callId: string | null;
  undo: boolean;
  undone: boolean;
  /** The entry that took it back last, whether that is still in effect or not. */
  undoneBy: number | null;
  at: Date;
};

/** Which entries are meant; several fields narrow it down together. */
export type EventFilter = {
  ids?: readonly number[] | undefined;
  runId?: string | undefined;
  callId?: string | undefined;
  /** Whether those are meant that took others back. */
  undo?: boolean | undefined;
  /** Whether those are meant that are taken back. */
  undone?: boolean | undefined;
  conversationId?: string | undefined;
  /** Those older than this entry. */
  before?: number | undefined;
};

/** The newest entries first. */
export async function listTaskEvents(
  trx: Trx,
  userId: string,
  filter: EventFilter,
  limit: number,
): Promise<TaskEvent[]> {
  return selectEvents(trx, userId, filter).orderBy("id", "desc").limit(limit).execute();
}

/** The newest entry of each of these tasks, of those that the filter lets through. */
export async function listNewestEvents(
  trx: Trx,
  userId: string,
  taskIds: readonly string[],
  filter: EventFilter,
): Promise<TaskEvent[]> {
  if (taskIds.length === 0) return [];
  return selectEvents(trx, userId, filter)
    .distinctOn("taskId")
    .where("taskId", "in", taskIds)
    .orderBy("taskId")
    .orderBy("id", "desc")
    .execute();
}

export async function countTaskEvents(trx: Trx, userId: string, filter: EventFilter): Promise<number> {
  const { count } = await selectEvents(trx, userId, filter)
    .clearSelect()
    .select((eb) => eb.fn.countAll<string>().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** How many tasks the token has deleted since then. */
export async function countTokenDeletes(trx: Trx, userId: string, tokenId: string, since: Date): Promise<number> {
  const { count } = await trx
    .selectFrom("taskEvents")
    .select((eb) => eb.fn.countAll<string>().as("count"))
    .where("userId", "=", userId)
    .where("tokenId", "=", tokenId)
    .where("kind", "=", "deleted")
    .where("at", ">", since)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** How many tasks, besides the named ones, the token has given other words since then: title, notes or tags. */
export async function countTokenTexts(
  trx: Trx,
  userId: string,
  tokenId: string,
  since: Date,
  named: readonly TaskRef[],
): Promise<number> {
  const ids = named.filter((ref) => typeof ref === "string");
  const numbers = named.filter((ref) => typeof ref === "number").map(String);
  const { count } = await trx
    .selectFrom("taskEvents")
    .select((eb) => eb.fn.count<string>("taskId").distinct().as("count"))
    .where("userId", "=", userId)
    .where("tokenId", "=", tokenId)
    .where("at", ">", since)
    .where("operation", "=", "update_tasks")
    .where(sql<boolean>`("before" -> 'title', "before" -> 'notes', "before" -> 'tags') is distinct from
      ("after" -> 'title', "after" -> 'notes', "after" -> 'tags')`)
    .where(sql<boolean>`not ("taskId" = any(${ids}::uuid[]) or "after" ->> 'number' = any(${numbers}::text[]))`)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/**
 * Notes that entries are taken back. What these had themselves taken back is in effect again, what that had taken back is
 * not, and so on.
 * @param pairs an entry, and the newer one that took it back; null when there was nothing left of it to take back
 */
export async function markUndone(
  trx: Trx,
  userId: string,
  pairs: readonly { id: number; by: number | null }[],
): Promise<void> {
  await sql`
    with recursive "pair" as (
      select * from jsonb_to_recordset(${JSON.stringify(pairs)}::jsonb) as "each" ("id" integer, "by" integer)
    ), "flipped" as (
      select "taskEvents"."id", false as "undone" from "taskEvents" join "pair" on "undoneBy" = "pair"."id"
      where "userId" = ${userId}
      union all
      select "taskEvents"."id", not "flipped"."undone" from "taskEvents" join "flipped" on "undoneBy" = "flipped"."id"
      where "userId" = ${userId}
    ), "wanted" as (
      select "id", true as "undone", "by" from "pair"
      union all
      select "flipped"."id", "flipped"."undone", "undoneBy" from "flipped" join "taskEvents" using ("id")
    )
    update "taskEvents" set "undone" = "wanted"."undone", "undoneBy" = "wanted"."by"
    from "wanted" where "userId" = ${userId} and "taskEvents"."id" = "wanted"."id"`.execute(trx);
}

function selectEvents(trx: Trx, userId: string, filter: EventFilter) {
  const { ids, runId, callId, undo, undone, conversationId, before } = filter;
  return trx
    .selectFrom("taskEvents")
    .select(["id", "taskId", "kind", "before", "after", "runId", "callId", "undo", "undone", "undoneBy", "at"])
    .where("userId", "=", userId)
    .$if(ids !== undefined, (query) => query.where("id", "in", ids ?? []))
    .$if(runId !== undefined, (query) => query.where("runId", "=", runId ?? ""))
    .$if(callId !== undefined, (query) => query.where("callId", "=", callId ?? ""))
    .$if(undo !== undefined, (query) => query.where("undo", "=", undo ?? false))
    .$if(before !== undefined, (query) => query.where("id", "<", before ?? 0))
    .$if(undone !== undefined, (query) => query.where("undone", "=", undone ?? false))
    .$if(conversationId !== undefined, (query) =>
      query.where("runId", "in", (eb) =>
        eb
          .selectFrom("runs")
          .select("runs.id")
          .where("runs.userId", "=", userId)
          .where("runs.conversationId", "=", conversationId ?? ""),
      ),
    );
}

import type { Due, Task, TaskFilter, TaskPatch } from "@todo/contract";
import { type ExpressionBuilder, sql } from "kysely";
import { z } from "zod";
import type { Trx } from "../database.ts";
import type { Database } from "../schema/index.ts";
import type { TaskRow } from "../schema/tasks.ts";
import { containing, decodeCursor, encodeCursor } from "./cursor.ts";

/** The row as the contract shows it. */
export function toTask(row: TaskRow): Task {
  const due: Due | null =
    row.dueDate !== null && row.dueZone !== null ? { date: row.dueDate, time: row.dueTime, zone: row.dueZone } : null;
  return {
    id: row.id,
    number: row.number,
    title: row.title,
    notes: row.notes,
    status: row.status,
    priority: row.priority,
    tags: row.tags,
    due,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    completedAt: row.completedAt?.toISOString() ?? null,
    deletedAt: row.deletedAt?.toISOString() ?? null,
  };
}

export async function insertTasks(trx: Trx, rows: readonly TaskRow[]): Promise<Task[]> {
  const inserted = await trx.insertInto("tasks").values(rows).returningAll().execute();
  return inserted.map(toTask).sort((a, b) => a.number - b.number);
}

export type TaskKey = { id: string } | { number: number };

/** No task has a higher number, and PostgreSQL refuses to compare with one. */
const MAX_NUMBER = 2 ** 31 - 1;

/** The user's task, locked for the rest of the transaction; deleted ones only when asked for. */
export async function findTask(
  trx: Trx,
  userId: string,
  key: TaskKey,
  options: { lock?: boolean; deleted?: boolean } = {},
): Promise<Task | undefined> {
  if ("number" in key && key.number > MAX_NUMBER) return undefined;
  const row = await trx
    .selectFrom("tasks")
    .selectAll()
    .where("userId", "=", userId)
    .where((eb) => ("id" in key ? eb("id", "=", key.id) : eb("number", "=", key.number)))
    .where("deletedAt", options.deleted ? "is not" : "is", null)
    .$if(options.lock === true, (query) => query.forUpdate())
    .executeTakeFirst();
  return row && toTask(row);
}

/** Writes what `patch` names and gives the row as it then is. The caller holds the row's lock. */
export async function updateTask(
  trx: Trx,
  userId: string,
  id: string,
  patch: TaskPatch & { deleted?: boolean },
  now: Date,
): Promise<Task> {
  const { due, status, deleted, ...fields } = patch;
  const row = await trx
    .updateTable("tasks")
    .set({
      ...fields,
      ...(due !== undefined && { dueDate: due?.date ?? null, dueTime: due?.time ?? null, dueZone: due?.zone ?? null }),
      ...(status !== undefined && { status, completedAt: status === "done" ? now : null }),
      ...(deleted !== undefined && { deletedAt: deleted ? now : null }),
      updatedAt: now,
    })
    .where("userId", "=", userId)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return toTask(row);
}

const FAR = "9999-12-31";
const PRIORITIES = ["none", "low", "medium", "high"];

/** What each order sorts by, in SQL and as a page's last task shows it; `cursor` is how it comes back. */
const sortKeys = {
  number: { key: sql`"number"`, of: (task: Task) => task.number, cursor: z.int32() },
  due: {
    key: sql`(coalesce("dueDate", ${sql.lit(FAR)}::date)::text || coalesce("dueTime", '99'))`,
    of: (task: Task) => `${task.due?.date ?? FAR}${task.due?.time ?? "99"}`,
    cursor: z.string().regex(/^[\d:-]{12,15}$/),
  },
  priority: {
    key: sql`(-array_position(array['none','low','medium','high'], "priority"))`,
    of: (task: Task) => -(PRIORITIES.indexOf(task.priority) + 1),
    cursor: z.int32(),
  },
  updated: {
    key: sql`(-floor(extract(epoch from "updatedAt") * 1000))::bigint`,
    of: (task: Task) => -new Date(task.updatedAt).getTime(),
    cursor: z.int(),
  },
};

/**
 * One page of the user's tasks that were not deleted, by keyset: the cursor holds the last row's sort value and its
 * number, which makes the order total. Returns undefined when the cursor is none of ours.
 */
export async function listTasks(
  trx: Trx,
  userId: string,
  filter: TaskFilter,
): Promise<{ items: Task[]; nextCursor: string | null } | undefined> {
  const { key, of, cursor } = sortKeys[filter.sort];
  const after = filter.cursor === undefined ? null : decodeCursor(filter.cursor, z.tuple([cursor, z.int32()]));
  if (after === undefined) return undefined;
  const rows = await trx
    .selectFrom("tasks")
    .selectAll()
    .where("userId", "=", userId)
    .where("deletedAt", "is", null)
    .where((eb) => matching(eb, filter))
    .$if(after !== null, (query) => query.where(sql<boolean>`(${key}, "number") > (${after?.[0]}, ${after?.[1]})`))
    .orderBy(key)
    .orderBy("number")
    .limit(filter.limit + 1)
    .execute();
  const items = rows.slice(0, filter.limit).map(toTask);
  const last = items.at(-1);
  const more = rows.length > filter.limit && last !== undefined;
  return { items, nextCursor: more ? encodeCursor([of(last), last.number]) : null };
}

/** All of the user's tasks of one status, oldest first, locked: for deleting them all. */
export async function lockTasks(trx: Trx, userId: string, status: "open" | "done" | "all"): Promise<Task[]> {
  const rows = await trx
    .selectFrom("tasks")
    .selectAll()
    .where("userId", "=", userId)
    .where("deletedAt", "is", null)
    .$if(status !== "all", (query) => query.where("status", "=", status === "done" ? "done" : "open"))
    .orderBy("number")
    .forUpdate()
    .execute();
  return rows.map(toTask);
}

function matching(eb: ExpressionBuilder<Database, "tasks">, filter: TaskFilter) {
  return eb.and([
    ...(filter.status ? [eb("status", "=", filter.status)] : []),
    ...(filter.priority ? [eb("priority", "=", filter.priority)] : []),
    ...(filter.tag ? [sql<boolean>`${filter.tag} = any("tags")`] : []),
    ...(filter.dueBefore ? [eb("dueDate", "<", filter.dueBefore)] : []),
    ...(filter.dueAfter ? [eb("dueDate", ">", filter.dueAfter)] : []),
    ...(filter.q
      ? [eb.or([eb("title", "ilike", containing(filter.q)), eb("notes", "ilike", containing(filter.q))])]
      : []),
  ]);
}

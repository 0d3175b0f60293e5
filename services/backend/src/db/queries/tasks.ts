import type { Due, Task, TaskRef } from "@todo/contract";
import { sql } from "kysely";
import type { Db, Trx } from "../database.ts";
import type { TaskRow } from "../schema/tasks.ts";
import { asText, asTextOrNull, toIso } from "./timestamps.ts";

/** What is read of a task to be shown. The times have names of their own, so that nothing is sorted by their text. */
const columns = [
  "tasks.id",
  "tasks.number",
  "tasks.title",
  "tasks.notes",
  "tasks.status",
  "tasks.priority",
  "tasks.tags",
  "tasks.dueDate",
  "tasks.dueTime",
  "tasks.dueZone",
] as const;
const times = [
  asText("tasks.createdAt").as("created"),
  asText("tasks.updatedAt").as("updated"),
  asTextOrNull("tasks.completedAt").as("completed"),
  asTextOrNull("tasks.deletedAt").as("deleted"),
] as const;
export const shownColumns = [...columns, ...times] as const;

type ShownRow = Omit<TaskRow, "userId" | "createdAt" | "updatedAt" | "completedAt" | "deletedAt"> & {
  created: string;
  updated: string;
  completed: string | null;
  deleted: string | null;
};

/** The row as the contract shows it. */
export function toTask(row: ShownRow): Task {
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
    createdAt: toIso(row.created),
    updatedAt: toIso(row.updated),
    completedAt: row.completed === null ? null : toIso(row.completed),
    deletedAt: row.deleted === null ? null : toIso(row.deleted),
  };
}

export async function insertTasks(trx: Trx, rows: readonly TaskRow[]): Promise<Task[]> {
  const inserted = await trx.insertInto("tasks").values(rows).returning(shownColumns).execute();
  return inserted.map(toTask).sort((a, b) => a.number - b.number);
}

/** No task has a higher number, and PostgreSQL refuses to compare with one. */
const MAX_NUMBER = 2 ** 31 - 1;

/** The user's task, unless it is deleted. */
export async function findTask(trx: Trx, userId: string, id: string): Promise<Task | undefined> {
  const row = await trx
    .selectFrom("tasks")
    .select(shownColumns)
    .where("userId", "=", userId)
    .where("id", "=", id)
    .where("deletedAt", "is", null)
    .executeTakeFirst();
  return row && toTask(row);
}

/** Those of the named tasks that the user has, locked or deleted ones only when asked for. */
export async function findTasks(
  trx: Trx,
  userId: string,
  refs: readonly TaskRef[],
  options: { orDeleted?: boolean; lock?: boolean } = {},
): Promise<Task[]> {
  const ids = refs.filter((ref) => typeof ref === "string");
  const numbers = refs.filter((ref) => typeof ref === "number" && ref <= MAX_NUMBER);
  const rows = await trx
    .selectFrom("tasks")
    .select(shownColumns)
    .where("userId", "=", userId)
    .$if(options.orDeleted !== true, (query) => query.where("deletedAt", "is", null))
    .where(sql<boolean>`("id" = any(${ids}::uuid[]) or "number" = any(${numbers}::integer[]))`)
    .$if(options.lock === true, (query) => query.orderBy("number").forUpdate())
    .execute();
  return rows.map(toTask);
}

/** The user's tasks of one status, oldest first, at most `limit`. */
export async function listAllTasks(
  trx: Trx,
  userId: string,
  status: "open" | "done" | "all",
  limit: number,
): Promise<Task[]> {
  const rows = await ofStatus(trx, userId, status).select(shownColumns).limit(limit).execute();
  return rows.map(toTask);
}

/** Which of the user's tasks have that status, all of them, oldest first. */
export async function listAllIds(trx: Trx, userId: string, status: "open" | "done" | "all") {
  return ofStatus(trx, userId, status).select(["id", "number"]).execute();
}

function ofStatus(trx: Trx, userId: string, status: "open" | "done" | "all") {
  return trx
    .selectFrom("tasks")
    .where("userId", "=", userId)
    .where("deletedAt", "is", null)
    .$if(status !== "all", (query) => query.where("status", "=", status === "done" ? "done" : "open"))
    .orderBy("number");
}

/** Writes whole rows, whose locks the caller holds, in one statement. Gives them as they then are, by id. */
export async function putTasks(trx: Trx, userId: string, tasks: readonly Task[]): Promise<Map<string, Task>> {
  if (tasks.length === 0) return new Map();
  const rows = tasks.map(({ due, ...row }) => ({
    ...row,
    dueDate: due?.date ?? null,
    dueTime: due?.time ?? null,
    dueZone: due?.zone ?? null,
  }));
  const written = await sql<ShownRow>`
    update "tasks" set
      "title" = "new"."title", "notes" = "new"."notes", "status" = "new"."status", "priority" = "new"."priority",
      "tags" = "new"."tags", "dueDate" = "new"."dueDate", "dueTime" = "new"."dueTime", "dueZone" = "new"."dueZone",
      "updatedAt" = "new"."updatedAt", "completedAt" = "new"."completedAt", "deletedAt" = "new"."deletedAt"
    from jsonb_populate_recordset(null::"tasks", ${JSON.stringify(rows)}::jsonb) as "new"
    where "tasks"."userId" = ${userId} and "tasks"."id" = "new"."id"
    returning ${sql.join([...columns.map((name) => sql.ref(name)), ...times])}`.execute(trx);
  return new Map(written.rows.map((row) => [row.id, toTask(row)]));
}

/** Removes for good what was deleted before `before`, at most `limit` tasks at once, with their history. Gives how many. */
export async function deleteFromTrash(db: Db, before: Date, limit: number): Promise<number> {
  const result = await db
    .deleteFrom("tasks")
    .where("id", "in", (eb) =>
      eb
        .selectFrom("tasks")
        .select("id")
        .where("deletedAt", "<", before)
        .orderBy("deletedAt")
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

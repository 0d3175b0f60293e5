import { randomUUID } from "node:crypto";
import type { NewTask, Task, TaskChange, TaskChangeKind, TaskFilter, TaskPage, TaskRef } from "@todo/contract";
import { insertTaskEvents } from "../db/queries/task-events.ts";
import * as taskList from "../db/queries/task-list.ts";
import * as queries from "../db/queries/tasks.ts";
import { setNextTaskNumber, touchTasks } from "../db/queries/user-states.ts";
import { AppError, notFound } from "./app-error.ts";
import type { TaskId } from "./approval-rules.ts";
import type { Context } from "./context.ts";

/** One page of the user's tasks. @throws AppError `unprocessable` for a cursor that is none of this list. */
export async function listTasks(ctx: Context, filter: TaskFilter): Promise<TaskPage> {
  const page = await taskList.listTasks(ctx.db, ctx.userId, filter);
  if (!page) throw new AppError("unprocessable", "The cursor does not belong to this list.");
  return page;
}

/** @throws AppError `not_found` */
export async function getTask(ctx: Context, id: string): Promise<Task> {
  const task = await queries.findTask(ctx.db, ctx.userId, id);
  if (!task) throw notFound("task");
  return task;
}

/** The tasks that are named, in that order and each once, and the names that no task has. */
export async function findTasks(
  ctx: Context,
  refs: readonly TaskRef[],
): Promise<{ tasks: Task[]; notFound: TaskRef[] }> {
  const found = await queries.findTasks(ctx.db, ctx.userId, refs);
  const byRef = new Map<TaskRef, Task>(
    found.flatMap((task) => [[task.number, task] as const, [task.id, task] as const]),
  );
  const tasks = new Set<Task>();
  const notFound = new Set<TaskRef>();
  for (const ref of refs) {
    const task = byRef.get(ref);
    if (task) tasks.add(task);
    else notFound.add(ref);
  }
  return { tasks: [...tasks], notFound: [...notFound] };
}

/** Adds tasks in the order given; each gets the user's next number. */
export async function addTasks(ctx: Context, tasks: readonly NewTask[]): Promise<TaskChange[]> {
  const first = await lock(ctx);
  await setNextTaskNumber(ctx.db, ctx.userId, first + tasks.length);
  const rows = await queries.insertTasks(
    ctx.db,
    tasks.map((task, i) => ({
      id: randomUUID(),
      userId: ctx.userId,
      number: first + i,
      title: task.title,
      notes: task.notes ?? "",
      status: "open",
      priority: task.priority ?? "none",
      tags: unique(task.tags ?? []),
      dueDate: task.due?.date ?? null,
      dueTime: task.due?.time ?? null,
      dueZone: task.due?.zone ?? null,
      createdAt: ctx.now,
      updatedAt: ctx.now,
      completedAt: null,
      deletedAt: null,
    })),
  );
  return record(
    ctx,
    rows.map((after) => ({ kind: "added", before: null, after })),
  );
}

/** What becomes of tasks that are changed alike: `deleted` hides them, and not `deleted` brings back hidden ones. */
export type SetTo = { status: Task["status"] } | { deleted: boolean };

/**
 * Sets tasks to something, in a few statements for any number of them, and sorts what came of it: changed, already so, or
 * no such task (for `deleted: false`, no such deleted one). Those named twice count once.
 */
export async function setTasks(ctx: Context, refs: readonly TaskRef[], to: SetTo): Promise<Sorted> {
  await lock(ctx);
  const found = await queries.findTasks(ctx.db, ctx.userId, refs, { orDeleted: true, lock: true });
  return writeChanges(
    ctx,
    sortChanges(found, refs, (before) => changeTo(ctx, before, to)),
  );
}

/** What came of the tasks that a call names: changed, no such task, or already so. */
export type Sorted = { changes: TaskChange[]; notFound: TaskRef[]; unchanged: TaskRef[] };

/**
 * Sorts what is to become of these tasks, of which those are `found`. `changeFor` gives the change of a task as it is then,
 * nothing when it is so already, and "missing" when it is none of those that are meant.
 */
export function sortChanges(
  found: readonly Task[],
  refs: Iterable<TaskRef>,
  changeFor: (before: Task, ref: TaskRef) => TaskChange | "missing" | undefined,
): Sorted {
  const rows = new Map<TaskRef, Task>(
    found.flatMap((task) => [[task.number, task] as const, [task.id, task] as const]),
  );
  const output: Sorted = { changes: [], notFound: [], unchanged: [] };
  for (const ref of new Set(refs)) {
    const before = rows.get(ref);
    const change = before && changeFor(before, ref);
    if (!before || change === "missing") output.notFound.push(ref);
    else if (!change) output.unchanged.push(ref);
    else {
      output.changes.push(change);
      // It may be named again, by its number or its id.
      rows.set(change.after.number, change.after).set(change.after.id, change.after);
    }
  }
  return output;
}

/** Writes changes, in two statements for any number of them. The caller holds the locks of their rows. */
export async function writeChanges(ctx: Context, sorted: Sorted): Promise<Sorted> {
  const last = new Map(sorted.changes.map(({ after }) => [after.id, after]));
  await queries.putTasks(ctx.db, ctx.userId, [...last.values()]);
  return { ...sorted, changes: await record(ctx, sorted.changes) };
}

function changeTo(ctx: Context, before: Task, to: SetTo): TaskChange | "missing" | undefined {
  const at = ctx.now.toISOString();
  const wasDeleted = before.deletedAt !== null;
  if ("deleted" in to) {
    if (wasDeleted === to.deleted) return "missing";
    const after = { ...before, deletedAt: to.deleted ? at : null, updatedAt: at };
    return { kind: to.deleted ? "deleted" : "restored", before, after };
  }
  if (wasDeleted) return "missing";
  if (before.status === to.status) return undefined;
  const after = { ...before, status: to.status, completedAt: to.status === "done" ? at : null, updatedAt: at };
  return { kind: kindOf(before, after), before, after };
}

/** The first tasks of a status that are there now, at most `limit`, in the order of their numbers. */
export async function listAllTasks(ctx: Context, status: "open" | "done" | "all", limit: number): Promise<Task[]> {
  return queries.listAllTasks(ctx.db, ctx.userId, status, limit);
}

/** Which tasks of a status are there now, all of them, in the order of their numbers. */
export async function listAllIds(ctx: Context, status: "open" | "done" | "all"): Promise<TaskId[]> {
  return queries.listAllIds(ctx.db, ctx.userId, status);
}

/** Locks the user's list until the transaction ends, and counts a change of it. Gives the next free number. */
export async function lock(ctx: Context): Promise<number> {
  ctx.changed.add("tasks");
  return touchTasks(ctx.db, ctx.userId);
}

function record(ctx: Context, changes: TaskChange[]): Promise<TaskChange[]> {
  return insertTaskEvents(ctx.db, ctx.userId, changes, { call: ctx.call, at: ctx.now });
}

/** What a change is called that does not delete or restore. */
export function kindOf(before: Task, after: Task): TaskChangeKind {
  if (before.status === after.status) return "updated";
  return after.status === "done" ? "completed" : "reopened";
}

/** Each tag once, in lower case. */
export function unique(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.toLowerCase()))];
}

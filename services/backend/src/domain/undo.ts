import type { PastChange, Task, TaskChange, TaskChangeKind, TaskRef } from "@todo/contract";
import * as events from "../db/queries/task-events.ts";
import { findTasks, putTasks } from "../db/queries/tasks.ts";
import { AppError, type ErrorDetail, notFound } from "./app-error.ts";
import type { Context } from "./context.ts";
import { PORTION } from "./portions.ts";
import { lock } from "./tasks.ts";

type TaskEvent = events.TaskEvent;

/**
 * What to take back: changes by their numbers in the audit log, all of an answer (`run`) or of a call, or else the newest:
 * the newest change of each of these tasks, or all changes of the newest answer or call that made any.
 */
export type UndoTarget = UndoGroup | { newest: "change" | "undo"; tasks: readonly TaskRef[] | null };

/** `only`: of these no others than changes that are no undo, or than undos. */
export type UndoGroup = ({ changes: readonly number[] } | { run: string } | { call: string }) & {
  only: "change" | "undo" | null;
};

export type Undone = {
  changes: TaskChange[];
  /** Tasks that are named but have nothing to take back. */
  notFound: TaskRef[];
  /** How many changes of the target are still to be taken back, and by which target. */
  left: number;
  rest: UndoGroup | null;
};

/**
 * Takes changes back, the newest first, at most `PORTION` in one call and all of these or none. Of a task only those fields are
 * set back that the changes altered, so later changes of others stay. An undo is a change too: undone, it is a redo.
 * What is taken back already stays so.
 * @param anyway also where a later change is lost by it
 * @throws AppError `undo_conflict` naming what is there now, `nothing_to_undo`, `not_found` for a target that is unknown
 */
export async function undo(ctx: Context, target: UndoTarget, anyway: boolean): Promise<Undone> {
  await lock(ctx);
  const found = await findTarget(ctx, target);
  const groups = [...Map.groupBy(found.events, (event) => event.taskId).values()];
  const ids = groups.flatMap(([event]) => (event ? [event.taskId] : []));
  const tasks = await findTasks(ctx.db, ctx.userId, ids, { orDeleted: true, lock: true });
  const rows = new Map(tasks.map((task) => [task.id, task]));
  const steps = groups.map((group) => stepFor(group, rows));
  const conflicts = steps.flatMap(conflictsOf);
  if (conflicts.length > 0 && !anyway) throw conflict(conflicts);
  const changes = await apply(ctx, steps);
  const { notFound, left, group } = found;
  return { changes, notFound, left, rest: left > 0 ? group : null };
}

type Target = { events: TaskEvent[]; notFound: TaskRef[]; left: number; group: UndoGroup | null };

async function findTarget(ctx: Context, target: UndoTarget): Promise<Target> {
  if ("newest" in target) return findNewest(ctx, target.newest === "undo", target.tasks);
  const some = await listEffective(ctx, target);
  if (some.events.length === 0 && (await events.countTaskEvents(ctx.db, ctx.userId, filterFor(target))) === 0) {
    throw notFound("change");
  }
  return some;
}

function filterFor({ only, ...target }: UndoGroup): events.EventFilter {
  const undo = only === null ? {} : { undo: only === "undo" };
  if ("changes" in target) return { ids: target.changes, ...undo };
  return "run" in target ? { runId: target.run, ...undo } : { callId: target.call, ...undo };
}

async function findNewest(ctx: Context, isUndo: boolean, refs: readonly TaskRef[] | null): Promise<Target> {
  const filter = { undo: isUndo, undone: false };
  if (refs === null) {
    const [newest] = await events.listTaskEvents(ctx.db, ctx.userId, filter, 1);
    if (!newest) throw new AppError("nothing_to_undo", `There is nothing to ${isUndo ? "redo" : "undo"}.`);
    return listEffective(ctx, groupOf(newest));
  }
  const tasks = await findTasks(ctx.db, ctx.userId, refs, { orDeleted: true });
  const ids = tasks.map(({ id }) => id);
  const newest = await events.listNewestEvents(ctx.db, ctx.userId, ids, filter);
  const having = new Set(newest.map(({ taskId }) => taskId));
  const known = new Set(tasks.flatMap(({ id, number }): TaskRef[] => (having.has(id) ? [id, number] : [])));
  return { events: newest, notFound: refs.filter((ref) => !known.has(ref)), left: 0, group: null };
}

/** What belongs together: all changes of one answer, else of one call, else (from before calls were noted) one alone. */
function groupOf({ id, runId, callId, undo }: TaskEvent): UndoGroup {
  const only = undo ? "undo" : "change";
  if (runId !== null) return { run: runId, only };
  return callId === null ? { changes: [id], only } : { call: callId, only };
}

/** The newest changes that are in effect, and how many more there are. */
async function listEffective(ctx: Context, group: UndoGroup): Promise<Target> {
  const wanted = { ...filterFor(group), undone: false };
  const found = await events.listTaskEvents(ctx.db, ctx.userId, wanted, PORTION);
  const isAll = found.length < PORTION;
  const left = isAll ? 0 : (await events.countTaskEvents(ctx.db, ctx.userId, wanted)) - found.length;
  return { events: found, notFound: [], left, group };
}

/** What undo sets back; whether a task is deleted is one of them. */
const FIELDS = ["title", "notes", "priority", "tags", "due", "status", "deleted"] as const;
type Field = (typeof FIELDS)[number];

/** What is to be done about one task. */
type Step = {
  /** The target's changes of it, newest first. */
  events: TaskEvent[];
  /** The row before and after all of them; null before it was added. */
  before: Task | null;
  after: Task;
  /** As it is there now; undefined when it is gone for good. */
  now: Task | undefined;
  altered: Field[];
};

function stepFor(group: readonly TaskEvent[], rows: ReadonlyMap<string, Task>): Step {
  const [newest] = group;
  const oldest = group.at(-1);
  if (!newest || !oldest) throw new Error("a group without a change");
  const { before } = oldest;
  const { after } = newest;
  const altered = before === null ? (["deleted"] as const) : FIELDS.filter((field) => !isSame(before, after, field));
  return { events: [...group], before, after, now: rows.get(newest.taskId), altered: [...altered] };
}

/** What would be lost: what was changed again since. Of an added task that goes away again, any change of it. */
function conflictsOf({ before, after, now, altered }: Step): { task: Task; field: Field }[] {
  if (now === undefined || (before === null && isDeleted(now))) return [];
  if (!altered.includes("deleted") && isDeleted(now)) return [{ task: now, field: "deleted" }];
  const compared = before === null ? FIELDS : altered;
  return compared
    .filter((field) => !isSame(now, after, field) && !(before !== null && isSame(now, before, field)))
    .map((field) => ({ task: now, field }));
}

const SHOWN = 20;

function conflict(conflicts: readonly { task: Task; field: Field }[]): AppError {
  const details = conflicts.slice(0, SHOWN).map(({ task, field }): ErrorDetail => {
    const message = field === "deleted" ? inWords(task, field) : `${field} is now ${inWords(task, field)}`;
    return { path: `#${task.number} ${task.title}`, message };
  });
  const [first] = details;
  const tasks = new Set(conflicts.map(({ task }) => task.id)).size;
  const others = tasks > 1 ? ` and ${tasks - 1} more` : "";
  return new AppError(
    "undo_conflict",
    `Not undone: ${first?.path}${others} changed since (${first?.message}), which undo would take away.`,
    { details },
  );
}

function inWords(task: Task, field: Field): string {
  if (field === "deleted") return isDeleted(task) ? "it is deleted now" : "it is on the list again";
  if (field === "due")
    return task.due === null ? "none" : `${task.due.date}${task.due.time ? ` ${task.due.time}` : ""}`;
  if (field === "tags") return task.tags.length === 0 ? "none" : task.tags.map((tag) => `#${tag}`).join(" ");
  return task[field] === "" ? "empty" : `“${task[field]}”`;
}

async function apply(ctx: Context, steps: readonly Step[]): Promise<TaskChange[]> {
  const wanted = steps.flatMap(({ before, now, altered }) => {
    const row = now && setBack(ctx, now, before, altered);
    return row ? [row] : [];
  });
  const rows = await putTasks(ctx.db, ctx.userId, wanted);
  const changed = steps.flatMap(({ now, events: [newest] }) => {
    const after = now && rows.get(now.id);
    // What takes an undo back is a change like others: it can be undone again.
    return now && after ? [{ kind: kindOf(now, after), before: now, after, undo: newest?.undo === false }] : [];
  });
  const changes = await events.insertTaskEvents(ctx.db, ctx.userId, changed, { call: ctx.call, at: ctx.now });
  const undoneBy = new Map(changes.map(({ after, event }) => [after.id, event ?? null]));
  const pairs = steps.flatMap((step) =>
    step.events.map(({ id, taskId }) => ({ id, by: undoneBy.get(taskId) ?? null })),
  );
  await events.markUndone(ctx.db, ctx.userId, pairs);
  return changes;
}

/** The row as it is to be; undefined when it is so already. */
function setBack(ctx: Context, now: Task, before: Task | null, altered: readonly Field[]): Task | undefined {
  const at = ctx.now.toISOString();
  const wanted: Task = { ...now };
  for (const field of altered) {
    if (field === "deleted") wanted.deletedAt = before === null || isDeleted(before) ? (now.deletedAt ?? at) : null;
    else if (before !== null) Object.assign(wanted, { [field]: before[field] });
  }
  if (altered.includes("status")) wanted.completedAt = before?.completedAt ?? null;
  return FIELDS.some((field) => !isSame(now, wanted, field)) ? { ...wanted, updatedAt: at } : undefined;
}

function kindOf(before: Task, after: Task): TaskChangeKind {
  if (isDeleted(before) !== isDeleted(after)) return isDeleted(after) ? "deleted" : "restored";
  if (before.status !== after.status) return after.status === "done" ? "completed" : "reopened";
  return "updated";
}

function isSame(a: Task, b: Task, field: Field): boolean {
  if (field === "deleted") return isDeleted(a) === isDeleted(b);
  return JSON.stringify(a[field]) === JSON.stringify(b[field]);
}

function isDeleted(task: Task): boolean {
  return task.deletedAt !== null;
}

/** What was changed, the newest first. */
export async function listChanges(
  ctx: Context,
  filter: Pick<events.EventFilter, "undone" | "conversationId" | "before">,
  limit: number,
): Promise<PastChange[]> {
  const found = await events.listTaskEvents(ctx.db, ctx.userId, filter, limit);
  return found.map(({ id, kind, after, at, undo, undone, undoneBy }) => ({
    event: id,
    kind,
    task: after.number,
    title: after.title,
    at: at.toISOString(),
    undo,
    undone,
    ...(undone && undoneBy !== null && { undoneBy }),
  }));
}

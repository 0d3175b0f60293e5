import type { Task, TaskChange, TaskPatch, TaskRef } from "@todo/contract";
import { findTasks } from "../db/queries/tasks.ts";
import type { Context } from "./context.ts";
import { kindOf, lock, type Sorted, sortChanges, unique, writeChanges } from "./tasks.ts";

/** What is to become of each task, given as it is. */
export type Patches = ReadonlyMap<TaskRef, (before: Task) => TaskPatch>;

/** What `updateTasks` would do now. */
export async function planUpdates(ctx: Context, patches: Patches): Promise<Sorted> {
  return plan(ctx, patches, await findTasks(ctx.db, ctx.userId, [...patches.keys()]));
}

/** Changes tasks, in a few statements for any number of them. Nothing is written of what is so already. */
export async function updateTasks(ctx: Context, patches: Patches): Promise<Sorted> {
  await lock(ctx);
  const found = await findTasks(ctx.db, ctx.userId, [...patches.keys()], { lock: true });
  return writeChanges(ctx, plan(ctx, patches, found));
}

function plan(ctx: Context, patches: Patches, found: readonly Task[]): Sorted {
  return sortChanges(found, patches.keys(), (before, ref) => changeOf(ctx, before, patches.get(ref)?.(before) ?? {}));
}

function changeOf(ctx: Context, before: Task, { tags, ...patch }: TaskPatch): TaskChange | undefined {
  const wanted = { ...before, ...patch, ...(tags && { tags: unique(tags) }) };
  if (JSON.stringify(wanted) === JSON.stringify(before)) return undefined;
  const at = ctx.now.toISOString();
  const after = { ...wanted, updatedAt: at };
  if (after.status !== before.status) after.completedAt = after.status === "done" ? at : null;
  return { kind: kindOf(before, after), before, after };
}

/** Whether a change altered what a task says: its title, notes or tags. */
export function hasOtherText({ before, after }: TaskChange): boolean {
  const textOf = (task: Task | null) => JSON.stringify([task?.title, task?.notes, task?.tags]);
  return textOf(before) !== textOf(after);
}

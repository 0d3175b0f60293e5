import type { Chunk, Task, ToolOutput } from "@todo/contract";
import { findPortion, listCutOffCalls, storePortion } from "../db/queries/approvals.ts";
import type { Context } from "./context.ts";

/**
 * Most tasks that are changed in one transaction, so that no lock is held for long. It may differ between versions: what
 * is stored is how many tasks are left, not how many portions.
 */
export const PORTION = 250;

type ShownTask = Pick<Task, "id" | "number">;
type Approved = { id: string; tasks: readonly ShownTask[] };
/** What is to be done now, and what was done by then. */
type Portion = { tasks: readonly ShownTask[]; left: number; before: ToolOutput | null };

/** The next portion of what was approved. The caller holds a lock that others who do it take, too. */
export async function nextPortion(ctx: Context, { id, tasks }: Approved): Promise<Portion> {
  const stored = tasks.length > PORTION ? await findPortion(ctx.db, ctx.userId, id) : undefined;
  const done = tasks.length - (stored?.left ?? tasks.length);
  const part = tasks.slice(done, done + PORTION);
  return { tasks: part, left: tasks.length - done - part.length, before: stored?.output ?? null };
}

/** Stores what a portion has done, and gives what was done by now. What was refused is not gone on with. */
export async function endPortion(
  ctx: Context,
  { id, tasks }: Approved,
  { before, left }: Portion,
  now: ToolOutput,
): Promise<{ output: ToolOutput; left: number }> {
  if (tasks.length <= PORTION) return { output: now, left: 0 };
  const sum = { output: before ? addUp(before, now) : now, left: now.error ? 0 : left };
  await storePortion(ctx.db, ctx.userId, id, sum);
  return sum;
}

/** What both did; of the changes only so many are listed as one portion makes. */
function addUp(before: ToolOutput, now: ToolOutput): ToolOutput {
  const listed = [...before.changes, ...now.changes].slice(0, PORTION);
  const changed = countChanges(before) + countChanges(now);
  return {
    ...now,
    changes: listed,
    ...(changed > listed.length && { changed }),
    notFound: [...(before.notFound ?? []), ...(now.notFound ?? [])],
    unchanged: [...(before.unchanged ?? []), ...(now.unchanged ?? [])],
  };
}

/** How many changes were made, listed or not. */
export function countChanges({ changes, changed }: ToolOutput): number {
  return changed ?? changes.length;
}

/** What tells of the portions of a run's calls when no further ones will be done. */
export async function cutOffChunks(ctx: Context, runId: string): Promise<Chunk[]> {
  const calls = await listCutOffCalls(ctx.db, runId);
  return calls.map(({ callId, left, output }) => {
    const message = `Not all of it was done: ${left} tasks were left as they are.`;
    const cutOff = { ...(output ?? { changes: [] }), error: { code: "cut_off", message } };
    return { type: "tool-output-available", toolCallId: callId, output: cutOff, dynamic: true };
  });
}

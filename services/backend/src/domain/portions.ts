import { type Chunk, countChanges, type ToolOutput } from "@todo/contract";
import { findPortion, listCutOffCalls, storePortion } from "../db/queries/approvals.ts";
import { listHalfDone } from "../db/queries/tool-effects.ts";
import type { TaskId } from "./approval-rules.ts";
import type { Context } from "./context.ts";

/**
 * Most tasks that are changed in one transaction, so that no lock is held for long even on a busy machine. It may differ between versions: what
 * is stored is how many tasks are left, not how many portions.
 */
export const PORTION = 100;

type Approved = { id: string; tasks: readonly TaskId[] };
/** What is to be done now, and what was done by then. */
type Portion = { tasks: readonly TaskId[]; left: number; before: ToolOutput | null };

/** The next portion of what was approved. The caller holds a lock that others who do it take, too. */
export async function nextPortion(ctx: Context, { id, tasks }: Approved): Promise<Portion> {
  const stored = tasks.length > PORTION ? await findPortion(ctx.db, ctx.userId, id) : undefined;
  const done = tasks.length - (stored?.left ?? tasks.length);
  const part = tasks.slice(done, done + PORTION);
  return { tasks: part, left: tasks.length - done - part.length, before: stored?.output ?? null };
}

/** Notes how far what was approved is done. Of one that never was done in part there is nothing to note. */
export async function notePortion(
  ctx: Context,
  { id, tasks }: Approved,
  done: { output: ToolOutput | null; left: number },
): Promise<void> {
  if (tasks.length > PORTION) await storePortion(ctx.db, ctx.userId, id, done);
}

/** What was done by now; of the changes only so many are listed as one portion makes. */
export function sumUp(before: ToolOutput | null, now: ToolOutput): ToolOutput {
  if (!before) return now;
  const listed = [...before.changes, ...now.changes].slice(0, PORTION);
  const changed = countChanges(before) + countChanges(now);
  return {
    ...now,
    changes: listed,
    ...(changed > listed.length && { changed }),
    ...both("notFound", before, now),
    ...both("unchanged", before, now),
    ...(now.error && {
      ...(before.left !== undefined && { left: before.left }),
      error: { ...now.error, message: notToItsEnd(before, now.error.message) },
    }),
  };
}

function both(key: "notFound" | "unchanged", before: ToolOutput, now: ToolOutput): Partial<ToolOutput> {
  if (before[key] === undefined && now[key] === undefined) return {};
  return { [key]: [...(before[key] ?? []), ...(now[key] ?? [])] };
}

/** Why a call went no further in its middle. */
export function notToItsEnd(before: ToolOutput, message: string): string {
  return `Not done to its end: ${countChanges(before)} changes were made before this. ${message}`;
}

/** What tells of the portions of a run's calls when no further ones will be done. */
export async function cutOffChunks(ctx: Context, runId: string): Promise<Chunk[]> {
  const calls = [...(await listCutOffCalls(ctx.db, runId)), ...(await listHalfDone(ctx.db, runId))];
  return calls.map(({ callId, left, output }) => {
    const message = `Not all of it was done: ${left} tasks were left as they are.`;
    const cutOff = { ...(output ?? { changes: [] }), error: { code: "cut_off", message } };
    return { type: "tool-output-available", toolCallId: callId, output: cutOff, dynamic: true };
  });
}

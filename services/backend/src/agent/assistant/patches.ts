import { limits, type Task } from "@todo/contract";
import { type Clock, type Patch, plusDays, plusMonths, wallClock } from "@todo/language";
import type { Change } from "./calls.ts";
import type { Rows } from "./rows.ts";

/** Whether the new values build on the old ones, so that the tasks must be looked up first. */
export function buildsOnRow({ addTags, dropTags, appendNotes, postpone, due }: Patch): boolean {
  const timeOnly = due !== undefined && due.day === null;
  return [addTags, dropTags, appendNotes, postpone].some((part) => part !== undefined) || timeOnly;
}

/** The tool's input for each of the tasks, or a sentence that says why there is none. */
export function changesFor(patch: Patch, numbers: readonly number[], rows: Rows, clock: Clock): Change[] | string {
  const changes: Change[] = [];
  for (const number of numbers) {
    const row = rows.tasks?.find((task) => task.number === number);
    // Without its row, old tags and notes would be lost. A number that nobody has is left to the tool to refuse.
    if (row === undefined && rows.more && buildsOnRow(patch)) {
      return `I could not look up #${number}, so I changed nothing.`;
    }
    changes.push(changeOf(patch, number, row, clock));
  }
  return changes;
}

function changeOf(patch: Patch, number: number, row: Task | undefined, clock: Clock): Change {
  const tags = newTags(patch, row?.tags ?? []);
  const clear = [...(patch.clear ?? [])];
  if (tags?.length === 0 && !clear.includes("tags")) clear.push("tags");
  return {
    task: number,
    title: patch.title ?? null,
    notes: newNotes(patch, row?.notes ?? ""),
    priority: patch.priority ?? null,
    tags: tags === null || tags.length === 0 ? null : tags,
    due: newDue(patch, row?.due ?? null, clock),
    clear: clear.length > 0 ? clear : null,
  };
}

/** A local day, with a time where one was said; of a time alone, on the task's own day. */
function newDue({ due, postpone }: Patch, old: Task["due"], clock: Clock): string | null {
  const now = wallClock(clock.now, clock.zone);
  if (postpone) {
    const from = old?.date ?? now.day;
    const day = "days" in postpone ? plusDays(from, postpone.days) : plusMonths(from, postpone.months);
    return old?.time ? `${day}T${old.time}` : day;
  }
  if (!due) return null;
  if (due.day !== null) return due.time === null ? due.day : `${due.day}T${due.time}`;
  const next = due.time !== null && due.time <= now.time ? plusDays(now.day, 1) : now.day;
  return due.time === null ? null : `${old?.date ?? next}T${due.time}`;
}

function newTags({ addTags, dropTags }: Patch, old: readonly string[]): string[] | null {
  if (addTags === undefined && dropTags === undefined) return null;
  const kept = old.filter((tag) => !(dropTags ?? []).includes(tag));
  return [...new Set([...kept, ...(addTags ?? [])])].slice(0, limits.tagsPerTask);
}

function newNotes({ notes, appendNotes }: Patch, old: string): string | null {
  if (appendNotes === undefined) return notes?.slice(0, limits.notesCharacters) ?? null;
  return [old, appendNotes]
    .filter((text) => text !== "")
    .join("\n")
    .slice(0, limits.notesCharacters);
}

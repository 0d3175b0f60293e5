import type { Task } from "@todo/contract";
import { type Clock, type Filter, plusDays, wallClock, words } from "@todo/language";
import type { ListInput } from "./calls.ts";

/** What a filter asks of the list; the rest of it is done by `narrow`. Days are left out at both ends there. */
export function listInput(filter: Filter): ListInput {
  return {
    status: filter.status,
    query: filter.words ?? null,
    tag: filter.tag ?? null,
    priority: filter.priority ?? null,
    dueBefore: filter.dueTo === undefined ? null : plusDays(filter.dueTo, 1),
    dueAfter: filter.dueFrom === undefined ? null : plusDays(filter.dueFrom, -1),
  };
}

/** Whether a label must be looked up by its tag first, and where no task has it by its words. */
export function byTag(filter: Filter): ListInput | null {
  return filter.label === undefined ? null : { ...listInput(filter), tag: filter.label };
}

export function byWord(filter: Filter): ListInput {
  return { ...listInput(filter), query: filter.label ?? filter.words ?? null };
}

const ranks: Readonly<Record<Task["priority"], number>> = { high: 0, medium: 1, low: 2, none: 3 };

/** What of the rows a filter means besides what the list has filtered by itself, in its order. */
export function narrow(filter: Filter, rows: readonly Task[], { zone }: Clock): Task[] {
  const kept = rows.filter((task) => {
    if (filter.undated && task.due !== null) return false;
    if (filter.doneFrom === undefined && filter.doneTo === undefined) return true;
    if (task.completedAt === null) return false;
    const { day } = wallClock(new Date(task.completedAt), zone);
    return day >= (filter.doneFrom ?? day) && day <= (filter.doneTo ?? day);
  });
  if (filter.sort === "priority") return kept.toSorted((one, other) => ranks[one.priority] - ranks[other.priority]);
  if (filter.sort === "due") return kept.toSorted((one, other) => dueKey(one).localeCompare(dueKey(other)));
  return kept;
}

function dueKey({ due }: Task): string {
  return due === null ? "9" : `${due.date}${due.time ?? ""}`;
}

/** "shopping" is not "shop": a label fits a title by whole words. */
export function hasWord(task: Task, label: string): boolean {
  const [word] = words(label);
  return word !== undefined && words(task.title).includes(word);
}

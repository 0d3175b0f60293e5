import type { Due, Task, TaskChange, ToolOutput } from "@todo/contract";
import { countChanges } from "@todo/contract/message";
import { formatDue } from "./dates.ts";

/** One field that a change altered, in words. */
export type FieldChange = { field: string; before: string; after: string };

const verbs = {
  added: "Added",
  updated: "Changed",
  completed: "Completed",
  reopened: "Reopened",
  deleted: "Deleted",
  restored: "Restored",
} as const;

/** What was done: "Completed". */
export function verbOf(change: TaskChange): string {
  return verbs[change.kind];
}

/** The whole change in one sentence, for those who hear it. */
export function sentenceOf(change: TaskChange): string {
  const details = fieldChanges(change).map(({ field, before, after }) => `${field} from ${before} to ${after}`);
  return [`${verbOf(change)} #${change.after.number} ${change.after.title}`, ...details].join(", ");
}

/** What an update altered, field by field; empty for the other kinds, which say it by their name. */
export function fieldChanges({ kind, before, after }: TaskChange): FieldChange[] {
  if (kind !== "updated" || before === null) return [];
  return [
    { field: "title", before: before.title, after: after.title },
    { field: "due", before: dueText(before.due), after: dueText(after.due) },
    { field: "priority", before: before.priority, after: after.priority },
    { field: "tags", before: tagsText(before), after: tagsText(after) },
    { field: "notes", before: before.notes || "none", after: after.notes || "none" },
  ].filter((change) => change.before !== change.after);
}

/** Reads what a tool gave back. Null for anything that is not one of our tools' outputs. */
export function toolOutputOf(output: unknown): ToolOutput | null {
  return isToolOutput(output) ? output : null;
}

/** How many changes were made besides those that are listed. */
export function unlistedIn(output: ToolOutput): number {
  return countChanges(output) - output.changes.length;
}

export function inWords(count: number): string {
  return count.toLocaleString("en");
}

function isToolOutput(value: unknown): value is ToolOutput {
  return typeof value === "object" && value !== null && "changes" in value && Array.isArray(value.changes);
}

function dueText(due: Due | null): string {
  return due === null ? "none" : formatDue(due);
}

function tagsText(task: Task): string {
  return task.tags.length === 0 ? "none" : task.tags.map((tag) => `#${tag}`).join(" ");
}

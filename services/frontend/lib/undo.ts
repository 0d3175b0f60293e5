import type { Task, TaskChange, TaskPatch } from "@todo/contract";
import { deleteTask, restoreTask, updateTask } from "./api/tasks.ts";

export type UndoAction =
  | { type: "delete"; id: string }
  | { type: "restore"; id: string }
  | { type: "update"; id: string; patch: TaskPatch };

/** What takes a change back. Only what it altered is set back, so that later changes to other fields stay. */
export function undoOf({ kind, before, after }: TaskChange): UndoAction | null {
  const { id } = after;
  switch (kind) {
    case "added":
    case "restored":
      return { type: "delete", id };
    case "deleted":
      return { type: "restore", id };
    case "completed":
      return { type: "update", id, patch: { status: "open" } };
    case "reopened":
      return { type: "update", id, patch: { status: "done" } };
    case "updated": {
      const patch = before === null ? {} : alteredFields(before, after);
      return Object.keys(patch).length === 0 ? null : { type: "update", id, patch };
    }
  }
}

/** Takes a change back on the server. */
export async function undoChange(change: TaskChange): Promise<void> {
  const action = undoOf(change);
  switch (action?.type) {
    case "delete":
      await deleteTask(action.id);
      break;
    case "restore":
      await restoreTask(action.id);
      break;
    case "update":
      await updateTask(action.id, action.patch);
  }
}

function alteredFields(before: Task, after: Task): TaskPatch {
  const patch: TaskPatch = {};
  if (before.title !== after.title) patch.title = before.title;
  if (before.notes !== after.notes) patch.notes = before.notes;
  if (before.priority !== after.priority) patch.priority = before.priority;
  if (before.tags.join() !== after.tags.join()) patch.tags = before.tags;
  if (JSON.stringify(before.due) !== JSON.stringify(after.due)) patch.due = before.due;
  if (before.status !== after.status) patch.status = before.status;
  return patch;
}

import type { TaskPriority } from "@todo/contract";
import type { DeleteTasksInput } from "../../operations/delete-tasks.ts";
import type { UpdateTasksInput } from "../../operations/update-tasks.ts";

export type NewTask = {
  title: string;
  notes: string | null;
  priority: TaskPriority | null;
  tags: string[] | null;
  due: string | null;
};
export type ListInput = {
  status: "open" | "done" | "all" | "deleted";
  query: string | null;
  tag: string | null;
  priority: TaskPriority | null;
  dueBefore: string | null;
  dueAfter: string | null;
};
export type Change = UpdateTasksInput["changes"][number];

/** A call of one of the operations. */
export type ToolCall =
  | { tool: "add_tasks"; input: { tasks: NewTask[] } }
  | { tool: "list_tasks"; input: ListInput }
  | { tool: "update_tasks"; input: { changes: Change[] } }
  | { tool: "complete_tasks" | "reopen_tasks" | "restore_tasks"; input: { tasks: number[] } }
  | { tool: "undo_changes"; input: { tasks: number[] | null; redo: boolean; anyway: boolean } }
  | { tool: "delete_tasks"; input: DeleteTasksInput };

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
export type ListFilter = {
  status: "open" | "done" | "all" | "deleted";
  query: string | null;
  tag: string | null;
  priority: TaskPriority | null;
  dueBefore: string | null;
  dueAfter: string | null;
};
export type Scope = Exclude<ListFilter["status"], "deleted">;
export type Change = UpdateTasksInput["changes"][number];

/** How a sentence names tasks: by number, by place, by words of the title, or by what was spoken of just before. */
export type Reference =
  | { by: "numbers"; numbers: readonly number[] }
  | { by: "place"; place: number }
  | { by: "title"; title: string; among?: readonly number[]; strict?: boolean }
  | { by: "all"; scope: Scope }
  | { by: "missing" };

/** What an update says; what is absent stays as it is. Tags and notes are worked into what the row holds already. */
export type Patch = {
  title?: string;
  priority?: TaskPriority;
  due?: string;
  addTags?: readonly string[];
  dropTags?: readonly string[];
  appendNotes?: string;
  notes?: string;
  clear?: readonly ("due" | "notes" | "tags")[];
};

export type Topic = "help" | "greeting" | "thanks" | "nothing" | "never-mind" | "no-title" | "no-date";

export type Command =
  | { do: "add"; tasks: readonly NewTask[] }
  | { do: "list"; filter: ListFilter; about: string }
  | { do: "complete" | "reopen" | "delete" | "show"; what: Reference }
  | { do: "restore"; what: Reference }
  /** The newest change of these tasks, or without any all of the newest answer or edit. */
  | { do: "undo"; numbers: readonly number[] | null; redo: boolean; anyway: boolean }
  | { do: "update"; what: Reference; patch: Patch }
  | { do: "say"; topic: Topic }
  | { do: "unknown"; text: string };

/** What the assistant's latest answer spoke of, for "it", "the first one" and the answer to its own question. */
export type Mentioned = {
  readonly numbers: readonly number[];
};

/** A call of one of the operations. */
export type ToolCall =
  | { tool: "add_tasks"; input: { tasks: NewTask[] } }
  | { tool: "list_tasks"; input: ListFilter }
  | { tool: "update_tasks"; input: { changes: Change[] } }
  | { tool: "complete_tasks" | "reopen_tasks" | "restore_tasks"; input: { tasks: number[] } }
  | { tool: "undo_changes"; input: { tasks: number[] | null; redo: boolean; anyway: boolean } }
  | { tool: "delete_tasks"; input: DeleteTasksInput };

import type { TaskPriority, ToolInput, ToolName } from "@todo/contract";

export type NewTask = ToolInput<"add_tasks">["tasks"][number];
export type ListFilter = ToolInput<"list_tasks">;
export type Scope = ListFilter["status"];

/** How a sentence names tasks: by number, by place, by words of the title, or by what was spoken of just before. */
export type Reference =
  | { by: "numbers"; numbers: readonly number[] }
  | { by: "place"; place: number }
  | { by: "title"; title: string; among?: readonly number[]; strict?: boolean }
  | { by: "all"; scope: Scope }
  | { by: "missing" };

/** What an update says; what is absent stays as it is. Tags and notes are worked into what the row holds already. */
export interface Patch {
  title?: string;
  priority?: TaskPriority;
  due?: string;
  addTags?: readonly string[];
  dropTags?: readonly string[];
  appendNotes?: string;
  notes?: string;
  clear?: readonly ("due" | "notes" | "tags")[];
}

export type Topic = "help" | "greeting" | "thanks" | "undo" | "nothing" | "never-mind" | "no-title" | "no-date";

export type Command =
  | { do: "add"; tasks: readonly NewTask[] }
  | { do: "list"; filter: ListFilter; about: string }
  | { do: "complete" | "reopen" | "delete" | "show"; what: Reference }
  | { do: "update"; what: Reference; patch: Patch }
  | { do: "say"; topic: Topic }
  | { do: "unknown"; text: string };

/** What the assistant's latest answer spoke of, for "it", "the first one" and the answer to its own question. */
export interface Mentioned {
  readonly numbers: readonly number[];
}

/** A call of one of the contract's tools. */
export type ToolCall = { [Name in ToolName]: { tool: Name; input: ToolInput<Name> } }[ToolName];

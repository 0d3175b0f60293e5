import type { Task, ToolOutput } from "@todo/contract";
import type { ToolCall } from "./calls.ts";
import { searchWord } from "./resolve.ts";

/** The user's tasks as far as this run has seen them. */
export type Rows = {
  /** Null before the first lookup. */
  tasks: Task[] | null;
  /** There are more than these. */
  more: boolean;
};

const unfiltered = { status: "all", query: null, tag: null, priority: null, dueBefore: null, dueAfter: null } as const;

/** The lookup that resolves titles and places. */
export function listAll(): ToolCall {
  return { tool: "list_tasks", input: unfiltered };
}

/** The lookup for when not all tasks fit in one page. */
export function listMatching(title: string): ToolCall {
  return { tool: "list_tasks", input: { ...unfiltered, query: searchWord(title) } };
}

/** The lookup of a title among deleted tasks. */
export function listDeleted(title: string): ToolCall {
  return { tool: "list_tasks", input: { ...unfiltered, status: "deleted", query: searchWord(title) } };
}

/** Takes up what a call gave back, so that a later command of the same message sees the tasks as they are by then. */
export function remember(rows: Rows, call: ToolCall, output: ToolOutput): void {
  if (call.tool === "list_tasks" && call.input.status !== "deleted" && output.tasks !== undefined) {
    if (isFiltered(call)) addRows(rows, output.tasks);
    else Object.assign(rows, { tasks: output.tasks, more: output.more === true });
  }
  addRows(
    rows,
    output.changes.filter((change) => change.kind !== "deleted").map((change) => change.after),
  );
  const gone = new Set(
    output.changes.filter((change) => change.kind === "deleted").map((change) => change.after.number),
  );
  if (rows.tasks !== null) rows.tasks = rows.tasks.filter((task) => !gone.has(task.number));
}

function isFiltered({ tool, input }: ToolCall): boolean {
  if (tool !== "list_tasks") return false;
  return (
    input.status !== "all" ||
    [input.query, input.tag, input.priority, input.dueBefore, input.dueAfter].some((filter) => filter !== null)
  );
}

/** Before the first lookup there is nothing to keep up to date. */
function addRows(rows: Rows, tasks: readonly Task[]): void {
  if (rows.tasks === null) return;
  const numbers = new Set(tasks.map((task) => task.number));
  rows.tasks = [...rows.tasks.filter((task) => !numbers.has(task.number)), ...tasks].toSorted(
    (one, other) => one.number - other.number,
  );
}

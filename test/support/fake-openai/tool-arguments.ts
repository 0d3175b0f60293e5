import type { Call } from "./turn.ts";

const aTask = { notes: null, priority: null, tags: null, due: null };

/** A call that adds tasks of these titles. */
export function addTasks(...titles: string[]): Call {
  return { name: "add_tasks", args: { tasks: titles.map((title) => ({ ...aTask, title })) } };
}

/** The arguments of `list_tasks` for every task. */
export const anyTask = { status: "all", query: null, tag: null, priority: null, dueBefore: null, dueAfter: null };

import { expect } from "vitest";
import { findOperation } from "../../operations/index.ts";
import { type Call, turn, user } from "./_talk.ts";

/** What is expected, shortly said. The tasks stand in `_talk.ts`; #7 and #8 are done. */
export const one = (title: string, more: object = {}) => ({
  title,
  notes: null,
  priority: null,
  tags: null,
  due: null,
  ...more,
});
export const add = (...tasks: (string | object)[]): Call => ({
  tool: "add_tasks",
  input: { tasks: tasks.map((task) => (typeof task === "string" ? one(task) : task)) },
});
export const complete = (...tasks: number[]): Call => ({ tool: "complete_tasks", input: { tasks } });
export const reopen = (...tasks: number[]): Call => ({ tool: "reopen_tasks", input: { tasks } });
export const remove = (...tasks: number[]): Call => ({ tool: "delete_tasks", input: { tasks, all: null } });
export const removeAll = (all: string): Call => ({ tool: "delete_tasks", input: { tasks: null, all } });
export const unchanged = { title: null, notes: null, priority: null, tags: null, due: null, clear: null };
export const update = (task: number, what: object): Call => ({
  tool: "update_tasks",
  input: { changes: [{ task, ...unchanged, ...what }] },
});
export const everything = { status: "open", query: null, tag: null, priority: null, dueBefore: null, dueAfter: null };
export const list = (filter: object = {}): Call => ({ tool: "list_tasks", input: { ...everything, ...filter } });
export const today = { dueAfter: "2026-11-24", dueBefore: "2026-11-26" };
export const week = { dueAfter: "2026-11-24", dueBefore: "2026-11-30" };

export type Example = readonly [string, ...Call[]];

/** Says the sentence and compares each call, argument by argument. */
export async function expectCalls(sentence: string, expected: readonly Call[]): Promise<void> {
  const { calls } = await turn([user(sentence)]);
  // The lookup of titles is not what is asked for here; a list that was asked for is.
  const lookup = expected.some((call) => call.tool === "list_tasks")
    ? []
    : calls.filter((call) => call.tool === "list_tasks");
  expect(calls.filter((call) => !lookup.includes(call))).toEqual(expected);
  for (const call of calls) {
    expect(findOperation(call.tool)?.input.safeParse(call.input)).toMatchObject({ success: true });
  }
}

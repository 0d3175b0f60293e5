import type { Due, TaskPatch, ToolInput } from "@todo/contract";
import { resolveDue } from "../../domain/due-dates.ts";
import { getTask, updateTask } from "../../domain/tasks.ts";
import type { ToolContext } from "../../runs/call-once.ts";
import { defineTool } from "./define-tool.ts";
import { eachTask } from "./each-task.ts";
import { toTags } from "./tags.ts";

export const updateTasks = defineTool({
  name: "update_tasks",
  description: "Change title, notes, priority, tags or due date of tasks, by number. Null leaves a field as it is.",
  async run(ctx, { changes }) {
    const byNumber = new Map(changes.map((change) => [change.task, change]));
    return eachTask([...byNumber.keys()], async (number) => {
      const change = byNumber.get(number);
      return change && updateTask(ctx, { number }, await toPatch(ctx, change));
    });
  },
});

type Change = ToolInput<"update_tasks">["changes"][number];

async function toPatch(ctx: ToolContext, change: Change): Promise<TaskPatch> {
  const clear = new Set(change.clear ?? []);
  return {
    ...(change.title !== null && { title: change.title.trim() }),
    ...(change.notes !== null && { notes: change.notes.trim() }),
    ...(change.priority !== null && { priority: change.priority }),
    ...(change.tags !== null && { tags: toTags(change.tags) }),
    ...(change.due !== null && { due: await movedDue(ctx, change.task, change.due) }),
    ...(clear.has("due") && { due: null }),
    ...(clear.has("notes") && { notes: "" }),
    ...(clear.has("tags") && { tags: [] }),
  };
}

/** "Move it to Monday" keeps the time of day that the task had. */
async function movedDue(ctx: ToolContext, number: number, phrase: string): Promise<Due> {
  const due = await resolveDue(phrase, ctx.run.createdAt, ctx.run.timeZone);
  if (due.time !== null) return due;
  const before = await getTask(ctx, { number });
  return { ...due, time: before.due?.time ?? null };
}

import type { Task, ToolInput } from "@todo/contract";
import { AppError, notFound } from "../../domain/app-error.ts";
import type { Context } from "../../domain/context.ts";
import { deleteTask, getTask, lockAllTasks } from "../../domain/tasks.ts";
import { defineTool } from "./define-tool.ts";
import { eachTask } from "./each-task.ts";

export const deleteTasks = defineTool({
  name: "delete_tasks",
  description:
    "Delete tasks by number, or every open, done or simply every task. Five or more, or all of a kind, are deleted " +
    "only after the user has approved them on a card that the app shows by itself: do not ask in words first.",
  async run(ctx, input) {
    // An approval is for the rows that the user saw, not for what the words would mean by now.
    const tasks = ctx.approval?.tasks ?? (await mentioned(ctx, input));
    if (input.all !== null && ctx.approval === undefined && tasks.length > 0) {
      throw new AppError("approval_required", "Not done: this needs the user's approval.");
    }
    const ids = new Map(tasks.map((task) => [task.number, task.id]));
    return eachTask([...ids.keys(), ...(input.tasks ?? [])], (number) => {
      const id = ids.get(number);
      // What was not there to be shown on the card was not approved either, though it may be there by now.
      if (id === undefined) throw notFound("task");
      return deleteTask(ctx, { id });
    });
  },
  ask: async (ctx, input) => ({ action: "delete_tasks", tasks: await mentioned(ctx, input) }),
});

async function mentioned(ctx: Context, input: ToolInput<"delete_tasks">): Promise<Task[]> {
  if (input.all !== null) return lockAllTasks(ctx, input.all);
  const found = [];
  for (const number of new Set(input.tasks)) {
    const task = await getTask(ctx, { number }).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "not_found") return undefined;
      throw error;
    });
    if (task) found.push(task);
  }
  return found;
}

import { updateTask } from "../../domain/tasks.ts";
import { defineTool } from "./define-tool.ts";
import { eachTask } from "./each-task.ts";

export const completeTasks = defineTool({
  name: "complete_tasks",
  description: "Mark tasks as done, by number.",
  run: (ctx, { tasks }) => eachTask(tasks, (number) => updateTask(ctx, { number }, { status: "done" })),
});

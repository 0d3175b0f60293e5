import { updateTask } from "../../domain/tasks.ts";
import { defineTool } from "./define-tool.ts";
import { eachTask } from "./each-task.ts";

export const reopenTasks = defineTool({
  name: "reopen_tasks",
  description: "Mark done tasks as open again, by number.",
  run: (ctx, { tasks }) => eachTask(tasks, (number) => updateTask(ctx, { number }, { status: "open" })),
});

import { resolveDue } from "../../domain/due-dates.ts";
import { addTasks as addTasksToList } from "../../domain/tasks.ts";
import { defineTool } from "./define-tool.ts";
import { toTags } from "./tags.ts";

export const addTasks = defineTool({
  name: "add_tasks",
  description: "Add one or more new tasks to the user's list. Give all of them in one call.",
  async run(ctx, { tasks }) {
    const wanted = [];
    for (const { title, notes, priority, tags, due } of tasks) {
      wanted.push({
        title: title.trim(),
        notes: notes?.trim() ?? "",
        priority: priority ?? "none",
        tags: toTags(tags ?? []),
        due: due === null ? null : await resolveDue(due, ctx.run.createdAt, ctx.run.timeZone),
      });
    }
    return { changes: await addTasksToList(ctx, wanted) };
  },
});

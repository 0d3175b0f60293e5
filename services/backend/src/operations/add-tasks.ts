import { limits, newTaskSchema, taskPrioritySchema, taskSchema, toolOutputSchema } from "@todo/contract";
import { z } from "zod";
import { addTasks as addTasksToList } from "../domain/tasks.ts";
import { notesSchema, phraseSchema, tagsSchema, titleSchema, toDue, toTags } from "./inputs.ts";
import { defineOperation } from "./operation.ts";
import { route } from "./rest-route.ts";

const newTask = z.strictObject({
  title: titleSchema,
  notes: notesSchema.nullable().default(null),
  priority: taskPrioritySchema.nullable().default(null),
  tags: tagsSchema.nullable().default(null),
  due: phraseSchema.nullable().default(null),
});

const input = z.strictObject({ tasks: z.array(newTask).min(1).max(limits.run.changes) });

export const addTasks = defineOperation({
  name: "add_tasks",
  description: "Add one or more new tasks to the user's list. Give all of them in one call.",
  kind: "change",
  scope: "write",
  input,
  output: toolOutputSchema,
  rest: [
    route(
      { method: "post", path: "/tasks", summary: "Add a task" },
      newTaskSchema,
      (task) => ({ tasks: [task] }),
      { status: 201, description: "The new task", schema: taskSchema },
      (_ctx, { changes: [added] }) => added?.after,
    ),
  ],
  async run(ctx, { tasks }) {
    const wanted = tasks.map(({ title, notes, priority, tags, due }) => ({
      title,
      notes: notes ?? "",
      priority: priority ?? "none",
      tags: toTags(tags ?? []),
      due: due === null ? null : toDue(ctx, due),
    }));
    return { changes: await addTasksToList(ctx, wanted) };
  },
});

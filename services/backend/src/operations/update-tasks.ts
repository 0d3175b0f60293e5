import {
  type Due,
  limits,
  type TaskPatch,
  type TaskRef,
  taskPatchSchema,
  taskPrioritySchema,
  taskStatusSchema,
  toolOutputSchema,
} from "@todo/contract";
import { z } from "zod";
import { getTask, updateTask } from "../domain/tasks.ts";
import { eachTask, keyOf } from "./each-task.ts";
import { forPrograms, notesSchema, phraseSchema, refSchema, tagsSchema, titleSchema, toDue, toTags } from "./inputs.ts";
import { defineOperation, type OperationContext } from "./operation.ts";
import { route } from "./rest-route.ts";

const change = z.strictObject({
  task: refSchema.describe("Task number, as in #3"),
  title: titleSchema.nullable().default(null),
  notes: notesSchema.nullable().default(null),
  priority: taskPrioritySchema.nullable().default(null),
  tags: tagsSchema.nullable().default(null).describe("The whole new list of tags"),
  due: phraseSchema.nullable().default(null),
  status: taskStatusSchema.nullable().default(null).meta(forPrograms),
  clear: z
    .array(z.enum(["due", "notes", "tags"]))
    .nullable()
    .default(null)
    .describe("What to take away from the task; null in the other fields leaves them as they are"),
});
type Change = z.output<typeof change>;

const input = z.strictObject({ changes: z.array(change).min(1).max(limits.run.changes) });
export type UpdateTasksInput = z.input<typeof input>;

export const updateTasks = defineOperation({
  name: "update_tasks",
  description: "Change title, notes, priority, tags or due date of tasks, by number. Null leaves a field as it is.",
  kind: "change",
  scope: "write",
  input,
  output: toolOutputSchema,
  rest: [
    route(
      { method: "patch", path: "/tasks/{id}", summary: "Change a task" },
      taskPatchSchema,
      // Null takes a due date away here, where what is absent stays.
      (patch, id): UpdateTasksInput => ({
        changes: [{ task: id, ...patch, clear: patch.due === null ? ["due"] : null }],
      }),
    ),
  ],
  async run(ctx, { changes }) {
    const byRef = new Map(changes.map((each) => [each.task, each]));
    return eachTask([...byRef.keys()], async (ref) => {
      const wanted = byRef.get(ref);
      return wanted && updateTask(ctx, keyOf(ref), await toPatch(ctx, wanted));
    });
  },
});

async function toPatch(ctx: OperationContext, wanted: Change): Promise<TaskPatch> {
  const clear = new Set(wanted.clear ?? []);
  return {
    ...(wanted.title !== null && { title: wanted.title }),
    ...(wanted.notes !== null && { notes: wanted.notes }),
    ...(wanted.priority !== null && { priority: wanted.priority }),
    ...(wanted.tags !== null && { tags: toTags(wanted.tags) }),
    ...(wanted.status !== null && { status: wanted.status }),
    ...(wanted.due !== null && { due: await movedDue(ctx, wanted.task, wanted.due) }),
    ...(clear.has("due") && { due: null }),
    ...(clear.has("notes") && { notes: "" }),
    ...(clear.has("tags") && { tags: [] }),
  };
}

/** "Move it to Monday" keeps the time of day that the task had. */
async function movedDue(ctx: OperationContext, ref: TaskRef, wanted: string | Due): Promise<Due> {
  const due = toDue(ctx, wanted);
  if (due.time !== null || typeof wanted !== "string") return due;
  const before = await getTask(ctx, keyOf(ref));
  return { ...due, time: before.due?.time ?? null };
}

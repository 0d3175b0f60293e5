import {
  type Due,
  limits,
  type Task,
  type TaskPatch,
  type TaskRef,
  taskPatchSchema,
  taskPrioritySchema,
  taskStatusSchema,
  toolOutputSchema,
} from "@todo/contract";
import { z } from "zod";
import type { Preview } from "../domain/approval-rules.ts";
import { hasOtherText, type Patches, planUpdates, updateTasks as updateTasksOf } from "../domain/task-updates.ts";
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
type Input = z.output<typeof input>;
export type UpdateTasksInput = z.input<typeof input>;

export const updateTasks = defineOperation({
  name: "update_tasks",
  description:
    "Change title, notes, priority, tags or due date of tasks, by number. Null leaves a field as it is. Title, notes or " +
    `tags of ${limits.run.textsBeforeApproval} tasks or more change only after the user has approved it on a card that the ` +
    "app shows by itself: do not ask in words first.",
  kind: "change",
  scope: "write",
  input,
  output: toolOutputSchema,
  approval: {
    of: "texts",
    named: ({ changes }) => changes.filter(namesText).map(({ task }) => task),
    preview,
  },
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
  async run(ctx, wanted) {
    const patches = toPatches(ctx, wanted);
    if (!ctx.approved) return updateTasksOf(ctx, patches);
    // What was not on the card was not approved, though it may be there by now.
    const shown = new Set<TaskRef>(ctx.approved.flatMap(({ id, number }) => [number, id]));
    const output = await updateTasksOf(ctx, new Map([...patches].filter(([ref]) => shown.has(ref))));
    const others: Patches = new Map([...patches].filter(([ref]) => !shown.has(ref)));
    const { unchanged } = await planUpdates(ctx, others);
    const missing = [...others.keys()].filter((ref) => !unchanged.includes(ref));
    return { ...output, notFound: [...output.notFound, ...missing], unchanged: [...output.unchanged, ...unchanged] };
  },
});

function namesText({ title, notes, tags, clear }: Change): boolean {
  return [title, notes, tags].some((field) => field !== null) || (clear ?? []).some((field) => field !== "due");
}

async function preview(ctx: OperationContext, wanted: Input): Promise<Preview> {
  const { changes } = await planUpdates(ctx, toPatches(ctx, wanted));
  // A model may well repeat a title that stays as it is.
  if (!changes.some(hasOtherText)) return { tasks: [], shown: { tasks: [] } };
  const tasks = changes.flatMap(({ before }) => before ?? []);
  return { tasks, shown: { tasks, after: changes.map(({ after }) => after) } };
}

/** What is to become of each task. Of changes that name one alike, the last counts. */
function toPatches(ctx: OperationContext, { changes }: Input): Patches {
  const patches = new Map<TaskRef, (before: Task) => TaskPatch>();
  for (const { task, ...wanted } of changes) {
    const due = wanted.due === null ? null : toDue(ctx, wanted.due);
    const isPhrase = typeof wanted.due === "string";
    const patch = toPatch(wanted);
    patches.set(task, (before) => (due ? { due: isPhrase ? withTimeOf(before, due) : due, ...patch } : patch));
  }
  return patches;
}

function toPatch(wanted: Omit<Change, "task" | "due">): TaskPatch {
  const clear = new Set(wanted.clear ?? []);
  return {
    ...(wanted.title !== null && { title: wanted.title }),
    ...(wanted.notes !== null && { notes: wanted.notes }),
    ...(wanted.priority !== null && { priority: wanted.priority }),
    ...(wanted.tags !== null && { tags: toTags(wanted.tags) }),
    ...(wanted.status !== null && { status: wanted.status }),
    ...(clear.has("due") && { due: null }),
    ...(clear.has("notes") && { notes: "" }),
    ...(clear.has("tags") && { tags: [] }),
  };
}

/** "Move it to Monday" keeps the time of day that the task had. */
function withTimeOf(before: Task, due: Due): Due {
  return due.time === null ? { ...due, time: before.due?.time ?? null } : due;
}

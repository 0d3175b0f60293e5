import { z } from "zod";
import { limits } from "./limits.ts";
import { taskChangeSchema, taskPrioritySchema, taskSchema } from "./tasks.ts";
import { text } from "./text.ts";

/**
 * What the assistant's tools take and give. Optional things are nullable rather than absent, since strict function
 * calling asks a model for every field. No tool takes a user: whose tasks they are comes from the session alone.
 */
const numbersSchema = z.array(z.int().positive()).min(1).max(limits.pageRows).describe("Task numbers, as in #3");
const titleSchema = text().trim().min(1).max(limits.titleCharacters);
const dueSchema = text()
  .max(100)
  .nullable()
  .describe(
    'When it is due, in the user\'s own words ("next friday at 5pm") or as a local YYYY-MM-DD or YYYY-MM-DDTHH:MM',
  );
const tagsSchema = z.array(text().min(1).max(limits.tagCharacters)).max(limits.tagsPerTask).nullable();

export const addTasksInput = z.strictObject({
  tasks: z
    .array(
      z.strictObject({
        title: titleSchema,
        notes: text().max(limits.notesCharacters).nullable(),
        priority: taskPrioritySchema.nullable(),
        tags: tagsSchema,
        due: dueSchema,
      }),
    )
    .min(1)
    .max(limits.run.changes),
});

export const listTasksInput = z.strictObject({
  status: z.enum(["open", "done", "all"]),
  query: text().max(limits.titleCharacters).nullable().describe("Part of the title or of the notes"),
  tag: text().max(limits.tagCharacters).nullable(),
  priority: taskPrioritySchema.nullable(),
  dueBefore: dueSchema.describe("Only tasks due before this day: a phrase or a local YYYY-MM-DD"),
  dueAfter: dueSchema.describe("Only tasks due after this day: a phrase or a local YYYY-MM-DD"),
});

export const updateTasksInput = z.strictObject({
  changes: z
    .array(
      z.strictObject({
        task: z.int().positive().describe("Task number, as in #3"),
        title: titleSchema.nullable(),
        notes: text().max(limits.notesCharacters).nullable(),
        priority: taskPrioritySchema.nullable(),
        tags: tagsSchema.describe("The whole new list of tags"),
        due: dueSchema,
        clear: z
          .array(z.enum(["due", "notes", "tags"]))
          .nullable()
          .describe("What to take away from the task; null in the other fields leaves them as they are"),
      }),
    )
    .min(1)
    .max(limits.run.changes),
});

export const completeTasksInput = z.strictObject({ tasks: numbersSchema });
export const reopenTasksInput = z.strictObject({ tasks: numbersSchema });

export const deleteTasksInput = z
  .strictObject({
    tasks: numbersSchema.nullable(),
    all: z.enum(["open", "done", "all"]).nullable().describe("Every open, every done or simply every task"),
  })
  .refine((input) => (input.tasks === null) !== (input.all === null), "give either tasks or all");

export const toolInputs = {
  add_tasks: addTasksInput,
  list_tasks: listTasksInput,
  update_tasks: updateTasksInput,
  complete_tasks: completeTasksInput,
  reopen_tasks: reopenTasksInput,
  delete_tasks: deleteTasksInput,
} as const;
export type ToolName = keyof typeof toolInputs;
export type ToolInput<Name extends ToolName> = z.infer<(typeof toolInputs)[Name]>;

/** What every tool gives back: what was committed, what was found, which numbers nobody has, or why nothing was done. */
export const toolOutputSchema = z.object({
  /** Committed changes in the order they were made; empty for `list_tasks`. */
  changes: z.array(taskChangeSchema),
  /** `list_tasks` only: the tasks found, at most 100. */
  tasks: z.array(taskSchema).optional(),
  /** `list_tasks` only: true when more were found than are listed. */
  more: z.boolean().optional(),
  /** Numbers that the user has no such task for, and tasks that were already so. */
  notFound: z.array(z.int()).optional(),
  unchanged: z.array(z.int()).optional(),
  /** Set when nothing was changed: a sentence for the model to act on. */
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type ToolOutput = z.infer<typeof toolOutputSchema>;

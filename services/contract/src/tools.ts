import { z } from "zod";
import { pastChangeSchema, taskChangeSchema, taskRefSchema, taskSchema } from "./tasks.ts";

/** What every operation gives back: what was committed, what was found, which numbers nobody has, or why nothing was done. */
export const toolOutputSchema = z.object({
  /** Committed changes in the order they were made; empty for `list_tasks`. */
  changes: z.array(taskChangeSchema),
  /** How many changes were committed, where these are more than are listed. */
  changed: z.int().optional(),
  /** Not the end of it: how many of the tasks it has come to. */
  progress: z.object({ done: z.int(), of: z.int() }).optional(),
  /** `list_tasks` only: the tasks found, at most 100. */
  tasks: z.array(taskSchema).optional(),
  /** `list_tasks` only: true when more were found than are listed, and where the next page begins. */
  more: z.boolean().optional(),
  nextCursor: z.string().optional(),
  /** Tasks that the user does not have, and tasks that were already so: as they were named in the call. */
  notFound: z.array(taskRefSchema).optional(),
  unchanged: z.array(taskRefSchema).optional(),
  /** `undo_changes` only: how many changes of what was named are still to be taken back. */
  left: z.int().optional(),
  /** The input that goes on with what is left, whatever was changed since. */
  next: z.record(z.string(), z.unknown()).optional(),
  /** `list_changes` only: what was changed, the newest first. */
  history: z.array(pastChangeSchema).optional(),
  /** Set when nothing was changed: a sentence for the model to act on. */
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type ToolOutput = z.infer<typeof toolOutputSchema>;

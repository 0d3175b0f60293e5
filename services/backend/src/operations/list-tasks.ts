import {
  cursorSchema,
  limits,
  taskFilterSchema,
  taskPageSchema,
  taskPrioritySchema,
  taskSortSchema,
  text,
  toolOutputSchema,
} from "@todo/contract";
import { z } from "zod";
import { findTasks, listTasks as listTasksOf } from "../domain/tasks.ts";
import { forPrograms, phraseSchema, refsSchema, toDue, toTags } from "./inputs.ts";
import { defineOperation, type OperationContext } from "./operation.ts";
import { route, taskRoute } from "./rest-route.ts";

const day = phraseSchema.nullable().default(null);

const input = z.strictObject({
  status: z.enum(["open", "done", "all", "deleted"]).describe("deleted: what is in the trash"),
  query: text(limits.titleCharacters).nullable().default(null).describe("Part of the title or of the notes"),
  tag: text(limits.tagCharacters).nullable().default(null),
  priority: taskPrioritySchema.nullable().default(null),
  dueBefore: day.describe("Only tasks due before this day: a phrase or a local YYYY-MM-DD"),
  dueAfter: day.describe("Only tasks due after this day: a phrase or a local YYYY-MM-DD"),
  tasks: refsSchema.nullable().default(null).meta(forPrograms),
  sort: taskSortSchema.default("number").meta(forPrograms),
  cursor: cursorSchema.nullable().default(null).meta(forPrograms),
  limit: z.int().min(1).max(limits.pageRows).default(limits.pageRows).meta(forPrograms),
});
export type ListTasksInput = z.input<typeof input>;

export const listTasks = defineOperation({
  name: "list_tasks",
  description: "Find the user's tasks. Use it before changing tasks that the user named by words, not by number.",
  kind: "read",
  scope: "read",
  input,
  output: toolOutputSchema,
  rest: [
    route(
      { method: "get", path: "/tasks", summary: "List the user's tasks" },
      taskFilterSchema,
      ({ status, q, ...filter }): ListTasksInput => ({ status: status ?? "all", query: q, ...filter }),
      { status: 200, description: "One page", schema: taskPageSchema },
      (_ctx, { tasks, nextCursor }) => ({ items: tasks ?? [], nextCursor: nextCursor ?? null }),
    ),
    taskRoute(
      { method: "get", path: "/tasks/{id}", summary: "Get a task" },
      (id): ListTasksInput => ({
        status: "all",
        tasks: [id],
      }),
    ),
  ],
  async run(ctx, { status, query, tag, priority, dueBefore, dueAfter, tasks, cursor, sort, limit }) {
    if (tasks !== null) return { changes: [], ...(await findTasks(ctx, tasks)) };
    const page = await listTasksOf(ctx, {
      status: status === "all" ? undefined : status,
      q: query ?? undefined,
      tag: toTags([tag ?? ""])[0],
      priority: priority ?? undefined,
      dueBefore: toDay(ctx, dueBefore),
      dueAfter: toDay(ctx, dueAfter),
      cursor: cursor ?? undefined,
      sort,
      limit,
    });
    const { items, nextCursor } = page;
    return { changes: [], tasks: items, more: nextCursor !== null, ...(nextCursor !== null && { nextCursor }) };
  },
});

function toDay(ctx: OperationContext, phrase: z.output<typeof day>): string | undefined {
  return phrase === null ? undefined : toDue(ctx, phrase).date;
}

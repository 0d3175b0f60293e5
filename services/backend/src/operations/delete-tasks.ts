import { limits, type TaskRef, toolOutputSchema } from "@todo/contract";
import { z } from "zod";
import { AppError } from "../domain/app-error.ts";
import type { Preview } from "../domain/approval-rules.ts";
import type { Context } from "../domain/context.ts";
import { findTasks, listAllIds, listAllTasks, setTasks } from "../domain/tasks.ts";
import { refsSchema } from "./inputs.ts";
import { defineOperation } from "./operation.ts";
import { taskRoute, wholeRoute } from "./rest-route.ts";

const input = z
  .strictObject({
    tasks: refsSchema.nullable().default(null),
    all: z
      .enum(["open", "done", "all"])
      .nullable()
      .default(null)
      .describe("Every open, every done or simply every task"),
  })
  .refine((value) => (value.tasks === null) !== (value.all === null), "give either tasks or all");
type Input = z.output<typeof input>;
export type DeleteTasksInput = z.input<typeof input>;

export const deleteTasks = defineOperation({
  name: "delete_tasks",
  description:
    `Delete tasks by number, or every open, done or simply every task. ${limits.run.deletesBeforeApproval} or more, or ` +
    "all of a kind, are deleted only after the user has approved them on a card that the app shows by itself: do not " +
    "ask in words first.",
  kind: "destructive",
  scope: "write",
  input,
  output: toolOutputSchema,
  approval: { of: "deletes", named: ({ tasks, all }) => (all === null ? (tasks ?? []) : "all"), preview },
  rest: [
    wholeRoute(
      {
        method: "post",
        path: "/tasks/delete",
        summary: "Delete tasks; many, or all of a kind, once the user approves",
        errors: ["conflict"],
      },
      input,
      {
        oneOf: [
          { required: ["tasks"], properties: { tasks: { type: "array" }, all: { type: "null" } } },
          { required: ["all"], properties: { tasks: { type: "null" }, all: { type: "string" } } },
        ],
      },
    ),
    taskRoute(
      { method: "delete", path: "/tasks/{id}", summary: "Delete a task; it can be restored", errors: ["conflict"] },
      (id) => ({
        tasks: [id],
        all: null,
      }),
    ),
  ],
  async run(ctx, wanted) {
    // An approval is for the rows that the user saw, not for what the words would mean by now.
    const tasks = ctx.approved ?? (await preview(ctx, wanted)).tasks;
    if (wanted.all !== null && ctx.approved === undefined && tasks.length > 0) {
      throw new AppError("approval_required", "Not done: this needs the user's approval.");
    }
    const shown = new Set<TaskRef>(tasks.flatMap(({ id, number }) => [number, id]));
    const refs = wanted.tasks ?? tasks.map(({ number }) => number);
    // What was not there to be shown on the card was not approved either, though it may be there by now.
    const missing = refs.filter((ref) => !shown.has(ref));
    const output = await setTasks(
      ctx,
      refs.filter((ref) => shown.has(ref)),
      { deleted: true },
    );
    return { ...output, notFound: [...new Set([...missing, ...output.notFound])] };
  },
});

async function preview(ctx: Context, { tasks, all }: Input): Promise<Preview> {
  if (all !== null) {
    const shown = await listAllTasks(ctx, all, limits.approvalTasks);
    return { tasks: await listAllIds(ctx, all), shown: { tasks: shown } };
  }
  const found = await findTasks(ctx, tasks ?? []);
  return { tasks: found.tasks, shown: { tasks: found.tasks } };
}

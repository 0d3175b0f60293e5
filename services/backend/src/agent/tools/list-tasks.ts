import { limits } from "@todo/contract";
import { resolveDue } from "../../domain/due-dates.ts";
import { listTasks as listTasksOf } from "../../domain/tasks.ts";
import { defineTool } from "./define-tool.ts";
import { toTags } from "./tags.ts";

export const listTasks = defineTool({
  name: "list_tasks",
  description: "Find the user's tasks. Use it before changing tasks that the user named by words, not by number.",
  async run(ctx, { status, query, tag, priority, dueBefore, dueAfter }) {
    const day = async (phrase: string | null) =>
      phrase === null ? undefined : (await resolveDue(phrase, ctx.run.createdAt, ctx.run.timeZone)).date;
    const page = await listTasksOf(ctx, {
      status: status === "all" ? undefined : status,
      q: query ?? undefined,
      tag: toTags([tag ?? ""])[0],
      priority: priority ?? undefined,
      dueBefore: await day(dueBefore),
      dueAfter: await day(dueAfter),
      sort: "number",
      limit: limits.pageRows,
    });
    return { changes: [], tasks: page.items, more: page.nextCursor !== null };
  },
});

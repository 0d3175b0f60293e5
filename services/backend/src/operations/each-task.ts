import type { TaskChange, TaskRef, ToolOutput } from "@todo/contract";
import { AppError } from "../domain/app-error.ts";
import type { TaskKey } from "../domain/tasks.ts";

/**
 * Changes tasks one after the other and sorts what came of it: changed, already so, or no such task. Tasks named twice
 * count once.
 */
export async function eachTask(
  refs: readonly TaskRef[],
  change: (ref: TaskRef) => Promise<TaskChange | undefined>,
): Promise<ToolOutput> {
  const output: Required<Pick<ToolOutput, "changes" | "notFound" | "unchanged">> = {
    changes: [],
    notFound: [],
    unchanged: [],
  };
  for (const ref of new Set(refs)) {
    try {
      const done = await change(ref);
      if (done) output.changes.push(done);
      else output.unchanged.push(ref);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "not_found") throw error;
      output.notFound.push(ref);
    }
  }
  return output;
}

export function keyOf(ref: TaskRef): TaskKey {
  return typeof ref === "number" ? { number: ref } : { id: ref };
}

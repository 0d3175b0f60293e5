import type { TaskChange, ToolOutput } from "@todo/contract";
import { AppError } from "../../domain/app-error.ts";

/**
 * Changes tasks one after the other by number and sorts what came of it: changed, already so, or no such task. Numbers
 * named twice count once.
 */
export async function eachTask(
  numbers: readonly number[],
  change: (number: number) => Promise<TaskChange | undefined>,
): Promise<ToolOutput> {
  const output: Required<Pick<ToolOutput, "changes" | "notFound" | "unchanged">> = {
    changes: [],
    notFound: [],
    unchanged: [],
  };
  for (const number of new Set(numbers)) {
    try {
      const done = await change(number);
      if (done) output.changes.push(done);
      else output.unchanged.push(number);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "not_found") throw error;
      output.notFound.push(number);
    }
  }
  return output;
}

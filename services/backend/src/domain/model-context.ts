import { findModelContext, type ModelContext, type ModelContextBounds } from "../db/queries/model-context.ts";
import type { Context } from "./context.ts";
import { WINDOW_MESSAGES } from "./summary.ts";

export type { ModelContext, ShownTasks, TaskSnapshot } from "../db/queries/model-context.ts";

/** What of a conversation and a list a model is told at most. */
export const CONTEXT_BOUNDS: ModelContextBounds = { messages: WINDOW_MESSAGES, messageCharacters: 1_500, tasks: 30 };

/** What a run is to answer, and what its model is told besides. */
export type Question = { asked: string; context: ModelContext };

/** The question that a stored message is; undefined when its conversation is gone. */
export async function findQuestion(ctx: Context, messageId: string): Promise<Question | undefined> {
  const found = await findModelContext(ctx.db, ctx.userId, messageId, CONTEXT_BOUNDS);
  if (!found) return undefined;
  const { asked, ...context } = found;
  return { asked, context };
}

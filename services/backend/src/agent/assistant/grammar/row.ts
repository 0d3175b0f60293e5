import type { Said } from "../builders.ts";
import type { Command } from "../commands.ts";

/**
 * One way to say something. Rows are tried from top to bottom on one clause (politeness, quotes and closing marks are
 * gone by then); the first whose pattern fits and whose builder gives a command wins. To teach the assistant a new way
 * of speaking, add a row with its examples: `grammar.test.ts` runs them.
 */
export type Row = {
  readonly intent: string;
  readonly examples: readonly string[];
  readonly pattern: RegExp;
  /** Set when the row may answer a question ("how…", "is…?"); all others never run on one. */
  readonly asks?: true;
  /** Set when what follows is the user's own text: a later "and …" then parts it only when it is plainly a command. */
  readonly free?: true;
  /** Set when the sentence begins with the task and not with an order: what stands left of "and" may belong to it. */
  readonly states?: true;
  readonly build: (said: Said) => Command | null;
};

/** Words that stand before a new value. */
export const to = "(?:to|as|into|for|until|till|by|at|on)";
export const done = "(?:done|complete|completed|finished)";
export const list = "(?:(?:my|the|our) )?(?:(?:todo|to-do|to do|task|shopping|grocery) )?(?:list|tasks|todos|to-dos)";
export const noun = "(?:tasks?|todos?|to-dos?|to dos?|(?:list )?items?|reminders?|entry|entries)";
/** A statement ("… is done") is never read out of an order to add something. */
export const statement = "(?!(?:add|create|new|remind|remember|don't|todo|task:|note|i|we|what|which)\\b)";

/** A pattern for the whole clause, in any case. */
export function row(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, "isu");
}

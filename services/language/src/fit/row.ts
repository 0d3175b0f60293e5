import { type Marked, whenIn as markedWhen, quoteIn } from "../mark/mark.ts";
import type { Frame, Patch, Priority, Selection } from "../types.ts";
import type { Clock } from "../when/calendar.ts";
import type { When } from "../when/read-when.ts";
import { readSelection } from "./selection.ts";

/** What a row's builder is given: the named groups of its pattern, and what is needed to read them. */
export type Said = {
  readonly part: (name: string) => string;
  readonly marked: Marked;
  readonly clock: Clock;
};

/**
 * One way to say something. Rows are tried from top to bottom on one clause (politeness and closing marks are gone, and what
 * was marked is one symbol each); the first whose pattern fits and whose builder gives a frame wins. To teach the reader a
 * new way of speaking, add a row with its examples: `rows.test.ts` runs them.
 */
export type Row = {
  readonly frame: Frame["do"];
  readonly examples: readonly string[];
  readonly pattern: RegExp;
  /** Set when the row may answer a question ("how…", "is…?"); all others never run on one. */
  readonly asks?: true;
  /** Set when what follows is the user's own text: a later "and …" then parts it only when it is plainly an order. */
  readonly free?: true;
  /** Set when the sentence begins with the task and not with an order: what stands left of "and" may belong to it. */
  readonly states?: true;
  readonly build: (said: Said) => Frame | null;
};

export const DONE = "(?:done|complete|completed|finished)";
export const LIST =
  "(?:(?:my|the|our|that) )?(?:(?:todo|to-do|to do|task|shopping|grocery) )?(?:list|tasks|todos|to-dos)";
export const NOUN = "(?:tasks?|todos?|to-dos?|to dos?|(?:list )?items?|reminders?|entry|entries)";
/** A statement ("… is done") is never read out of an order to add something. */
export const STATEMENT = "(?!(?:add|create|new|remind|remember|don't|todo|task:|note|i|we|what|which)\\b)";

/** A pattern for the whole clause, in any case. */
export function row(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`, "isu");
}

/** What the sentence names in a part of it; null when that part is not understood. */
export function named(said: Said, part = "what"): Selection | null {
  return readSelection(said.part(part), said.marked, said.clock);
}

export function about(
  said: Said,
  what: "complete" | "reopen" | "delete" | "restore" | "show",
  part = "what",
): Frame | null {
  const selection = named(said, part);
  return selection === null ? null : { do: what, what: selection };
}

export function change(said: Said, patch: Patch | null): Frame | null {
  const what = named(said);
  return what === null || patch === null ? null : { do: "change", what, patch };
}

/** A new due date, or why there is none. */
export function dueAt(said: Said, part: string): Patch | Frame | null {
  const when = whenIn(said, part);
  if (when === undefined || when.repeats) return null;
  if (when.problem) return { do: "ask", question: { about: "problem", problem: when.problem } };
  return { due: { day: when.dayStated ? when.day : null, time: when.time } };
}

/** An update of the named tasks' due date. */
export function moved(said: Said, part = "when"): Frame | null {
  const due = dueAt(said, part);
  if (due === null || "do" in due) return due;
  return change(said, due);
}

export function whenIn(said: Said, part: string): When | undefined {
  return markedWhen(said.marked, said.part(part).trim());
}

export function priorityIn(said: Said, part: string): Priority | undefined {
  const found = said.marked.of(said.part(part).trim());
  return found?.is === "priority" ? found.priority : undefined;
}

/** The user's own text, without quotes around it. */
export function literal(said: Said, part: string): string {
  const text = said.part(part).trim();
  return quoteIn(said.marked, text) ?? said.marked.restore(text);
}

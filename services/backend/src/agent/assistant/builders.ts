import type { Command, Mentioned, Patch, Reference } from "./commands.ts";
import { onlyDate } from "./dates.ts";
import { readLevel } from "./details.ts";
import type { Masked } from "./normalise.ts";
import { numbersText, readReference } from "./references.ts";
import { readTasks } from "./titles.ts";

/** What a row's builder is given: the named groups of its pattern, and what is needed to read them. */
export type Said = {
  readonly part: (name: string) => string;
  readonly masked: Masked;
  readonly mentioned: Mentioned;
};

/** A command about the tasks that a part of the sentence names; null when that part is not understood. */
export function about(
  said: Said,
  what: "complete" | "reopen" | "delete" | "restore" | "show",
  part = "what",
): Command | null {
  const reference = readReference(said.part(part), said.masked, said.mentioned);
  return reference === null ? null : { do: what, what: reference };
}

/** Undo or redo of what was changed last: of the tasks named by `what`, when it is there. */
export function undoing(said: Said, options: { redo?: boolean; anyway?: boolean } = {}): Command | null {
  const { redo = false, anyway = false } = options;
  if (said.part("what") === "") return { do: "undo", numbers: null, redo, anyway };
  const what = readReference(said.part("what"), said.masked, said.mentioned);
  return what?.by === "numbers" ? { do: "undo", numbers: what.numbers, redo, anyway } : null;
}

/** An update of the tasks named by `what`. */
export function change(said: Said, patch: Patch | null): Command | null {
  const what = readReference(said.part("what"), said.masked, said.mentioned);
  return what === null || patch === null ? null : { do: "update", what, patch };
}

/** What "remove the … of" takes away. */
export function clearing(field: string): Patch {
  if (/priority/i.test(field)) return { priority: "none" };
  if (/note/i.test(field)) return { clear: ["notes"] };
  return { clear: [/tag|label/i.test(field) ? "tags" : "due"] };
}

/** Tags as said: "home and work", "#home". */
export function addingTags(said: string): Patch | null {
  const tags = said.split(/, ?(?:and )?| and | & | (?=#)/i).map((tag) => tag.trim().replace(/^#/, "").toLowerCase());
  return tags.every((tag) => /^[\p{L}\p{N}_-]{1,40}$/u.test(tag)) ? { addTags: tags } : null;
}

/** A priority by its name. */
export function prioritising(word: string): Patch | null {
  const priority = readLevel(word);
  return priority === null ? null : { priority };
}

/** A due date, when the words are nothing but one. */
export function dated(when: string): Patch | null {
  const due = onlyDate(when);
  return due === null ? null : { due };
}

/** The user's own text, without quotes around it. */
export function literal(said: Said, part: string): string {
  const text = said.part(part).trim();
  return said.masked.quoted(text) ?? said.masked.restore(text);
}

/** A new date: parted at the first "to", "for"… behind which there is nothing but a date. */
export function moving(said: Said): Command | null {
  const all = said.part("all");
  for (const found of [
    ...all.matchAll(/ (?:(?:to be |is )?due(?: on| by| to)?|to|into|for|until|till|by|at|on) /gi),
  ].slice(0, 10)) {
    const due = onlyDate(all.slice(found.index + found[0].length));
    const what = due === null ? null : readReference(all.slice(0, found.index), said.masked, said.mentioned);
    if (due !== null && what !== null) return { do: "update", what, patch: { due } };
  }
  return null;
}

/** A new title. */
export function renaming(said: Said): Command | null {
  const what: Reference | null = readReference(said.part("what"), said.masked, said.mentioned);
  const title = literal(said, "title").slice(0, 200).trim();
  if (what === null || title === "" || what.by === "all") return null;
  const unquoted = said.masked.quoted(said.part("title")) === null;
  // With "to" in the title itself nobody can tell where the new one begins: the number or quotes are needed.
  if (what.by === "title" && unquoted && / to /i.test(` ${said.part("title")} `)) return null;
  return { do: "update", what, patch: { title } };
}

/** New tasks out of the text. */
export function adding(said: Said): Command {
  const level = readLevel(said.part("level").trim().split(/[ -]/)[0]);
  const tasks = readTasks(`${said.part("text")}${said.part("more")}`, said.masked, isSingle(said));
  if (tasks.length === 0) return { do: "say", topic: "no-title" };
  return {
    do: "add",
    tasks: level === null ? tasks : tasks.map((task) => ({ ...task, priority: task.priority ?? level })),
  };
}

function isSingle(said: Said): boolean {
  return /\b(?:a|an|another|one|one more)\b/i.test(said.part("count")) && !/\bfew\b/i.test(said.part("count"));
}

/** Whether the text is nothing but task numbers. */
export function readsNumbers(text: string): boolean {
  return new RegExp(`^${numbersText}$`, "i").test(text.trim());
}

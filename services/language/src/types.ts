import type { Day, Time } from "./when/calendar.ts";

export type Priority = "none" | "low" | "medium" | "high";
export type Due = { readonly day: Day; readonly time: Time | null };

/** A new task as it was said. */
export type Draft = {
  readonly title: string;
  readonly notes: string | null;
  readonly priority: Priority | null;
  readonly tags: readonly string[];
  readonly due: Due | null;
};

/** Which tasks a list or a group holds. Days are included at both ends. */
export type Filter = {
  readonly status: "open" | "done" | "all" | "deleted";
  /** Words of the title or the notes. */
  readonly words?: string;
  readonly tag?: string;
  /** A tag, or else a word of the title: "shopping tasks". */
  readonly label?: string;
  readonly priority?: Priority;
  readonly dueFrom?: Day;
  readonly dueTo?: Day;
  readonly undated?: boolean;
  readonly doneFrom?: Day;
  readonly doneTo?: Day;
  /** What comes first. */
  readonly sort?: "priority" | "due";
};

/** How a sentence names tasks. */
export type Selection =
  | { readonly by: "numbers"; readonly numbers: readonly number[] }
  /** Of those that the last answer showed or changed: all, all that it changed, the only one, the other one, or places (-1 is the last). */
  | { readonly by: "shown"; readonly pick: "all" | "changed" | "only" | "other" | readonly number[] }
  | { readonly by: "name"; readonly name: string; readonly among?: readonly number[]; readonly strict?: boolean }
  | { readonly by: "group"; readonly filter: Filter; readonly said: string }
  /** "everything": what was shown when that was a part of the list, else all of it. */
  | { readonly by: "everything" }
  | { readonly by: "missing" };

/** What a change says; what is absent stays as it is. */
export type Patch = {
  readonly title?: string;
  readonly priority?: Priority;
  /** A day, a time or both; what is null stays the task's own. */
  readonly due?: { readonly day: Day | null; readonly time: Time | null };
  /** Later by so many days or months than it is due now. */
  readonly postpone?: { readonly days: number } | { readonly months: number };
  readonly addTags?: readonly string[];
  readonly dropTags?: readonly string[];
  readonly notes?: string;
  readonly appendNotes?: string;
  readonly clear?: readonly ("due" | "notes" | "tags")[];
};

export type Topic = "help" | "greeting" | "thanks" | "nothing" | "never-mind" | "other-language";

/** Why nothing is done yet: what is missing, or what there is not. */
export type Question =
  | { readonly about: "title" }
  | { readonly about: "date"; readonly what: Selection }
  | { readonly about: "words"; readonly words: string }
  | { readonly about: "problem"; readonly problem: string };

/** An order about tasks that it names, one type for each verb. */
type Naming<Do> = Do extends string ? { readonly do: Do; readonly what: Selection } : never;

export type Frame =
  | { readonly do: "add"; readonly tasks: readonly Draft[]; readonly told: readonly string[] }
  | { readonly do: "find"; readonly filter: Filter; readonly said: string }
  | Naming<"complete" | "reopen" | "delete" | "restore" | "show">
  | { readonly do: "change"; readonly what: Selection; readonly patch: Patch }
  /** The newest change of these tasks, or without any all of the newest answer or edit. */
  | {
      readonly do: "undo";
      readonly numbers: readonly number[] | null;
      readonly redo: boolean;
      readonly anyway: boolean;
    }
  | { readonly do: "say"; readonly topic: Topic }
  | { readonly do: "ask"; readonly question: Question }
  | { readonly do: "unknown"; readonly words: string };

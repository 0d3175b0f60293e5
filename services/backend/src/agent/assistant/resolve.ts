import type { Task } from "@todo/contract";
import { words } from "@todo/language";
import type { Choice } from "./interpret.ts";

export type Purpose = "complete" | "reopen" | "delete" | "change" | "show" | "restore";

/** Which tasks are meant, or why that cannot be told. */
export type Resolved =
  | { is: "found"; numbers: number[] }
  | { is: "several"; title: string; tasks: Task[] }
  | { is: "none"; title: string };

const small = new Set([
  "the",
  "a",
  "an",
  "my",
  "to",
  "of",
  "for",
  "with",
  "and",
  "task",
  "todo",
  "item",
  "our",
  "on",
  "in",
  "at",
]);

/**
 * Finds the task that a name means among the user's rows, or each of several ("milk and eggs").
 * @param strict an open task that is called just so
 */
export function resolve(name: string, rows: readonly Task[], purpose: Purpose, strict = false): Resolved {
  const whole = byTitle(name, rows, purpose, strict);
  const parts = name.split(/, (?:and )?| and | & /i);
  if (whole.is !== "none" || parts.length === 1 || strict) return whole;
  return byParts(parts.slice(0, 20), rows, purpose);
}

/** Which of the tasks that fitted a name was chosen; none when the choice is none of them. */
export function choose(choice: Choice, offered: readonly Task[], purpose: Purpose): Resolved {
  if (choice.by === "name") return byTitle(choice.name, offered, purpose, false);
  const known = offered.map(({ number }) => number);
  const chosen = choice.by === "numbers" ? choice.numbers : placed(choice.places, known);
  const numbers = chosen.filter((number) => number !== undefined);
  const fits = numbers.length === chosen.length && numbers.every((number) => known.includes(number));
  return fits ? found([...new Set(numbers)]) : { is: "none", title: "" };
}

function placed(places: readonly number[] | "all", known: readonly number[]): readonly (number | undefined)[] {
  return places === "all" ? known : places.map((place) => known.at(place));
}

/** The longest word of a title: what to search for when not all rows fit a page. */
export function searchWord(title: string): string {
  return (title.match(/[\p{L}\p{N}]+/gu) ?? []).reduce(
    (longest, word) => (word.length > longest.length ? word : longest),
    "",
  );
}

/** "milk and eggs", where no task is called so: each must be one task, or nothing is done. */
function byParts(parts: readonly string[], rows: readonly Task[], purpose: Purpose): Resolved {
  const numbers = new Set<number>();
  for (const part of parts) {
    const one = byTitle(part.replace(/^(?:the|my) /i, ""), rows, purpose, false);
    if (one.is !== "found") return one;
    for (const number of one.numbers) numbers.add(number);
  }
  return found([...numbers]);
}

function byTitle(title: string, rows: readonly Task[], purpose: Purpose, strict: boolean): Resolved {
  const groups = strict ? [rows.filter((task) => task.status === "open")] : statusGroups(rows, purpose);
  for (const group of groups) {
    for (const fits of tiers) {
      const tasks = group.filter((task) => fits(title, task.title));
      const [only] = tasks;
      if (only !== undefined && tasks.length === 1) return found([only.number]);
      if (tasks.length > 1) return { is: "several", title, tasks };
    }
  }
  return { is: "none", title };
}

// Best first: the same words; all words contained. Whole words only: "car" is not "carrots".
const tiers: readonly ((said: string, title: string) => boolean)[] = [
  (said, title) => telling(said).join(" ") === telling(title).join(" ") && telling(said).length > 0,
  (said, title) => telling(said).length > 0 && telling(said).every((word) => words(title).includes(word)),
];

/** The words that tell tasks apart; small ones only when there is nothing else. */
function telling(text: string): string[] {
  const all = words(text);
  const some = all.filter((word) => !small.has(word));
  return some.length > 0 ? some : all;
}

/** Completing looks among what is open first, reopening among what is done; deleting makes no difference, so it asks. */
function statusGroups(rows: readonly Task[], purpose: Purpose): readonly (readonly Task[])[] {
  if (purpose === "delete" || purpose === "show") return [rows];
  const first = preferred(rows, purpose);
  return [first, rows.filter((task) => !first.includes(task))];
}

function preferred(rows: readonly Task[], purpose: Purpose): readonly Task[] {
  const status = purpose === "reopen" ? "done" : "open";
  return rows.filter((task) => task.status === status).toSorted((one, other) => one.number - other.number);
}

function found(numbers: number[]): Resolved {
  return { is: "found", numbers };
}

import type { Task } from "@todo/contract";
import type { Reference, Scope } from "./commands.ts";
import { words } from "./normalise.ts";

export type Purpose = "complete" | "reopen" | "delete" | "update" | "show";

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

/** Finds the tasks that a reference names among the user's rows. */
export function resolve(what: Reference, rows: readonly Task[], purpose: Purpose): Resolved {
  if (what.by === "numbers") return found([...what.numbers]);
  if (what.by === "place") {
    const task = preferred(rows, purpose).at(what.place);
    return task === undefined ? { is: "none", title: "" } : found([task.number]);
  }
  if (what.by === "all") {
    const wanted = scopeFor(purpose, what.scope);
    return found(rows.filter((task) => wanted === "all" || task.status === wanted).map((task) => task.number));
  }
  if (what.by === "missing") return { is: "none", title: "" };
  const candidates = what.among === undefined ? rows : rows.filter((task) => what.among?.includes(task.number));
  const whole = byTitle(what.title, candidates, purpose, what.strict === true);
  const parts = what.title.split(/, (?:and )?| and | & /i);
  if (whole.is !== "none" || parts.length === 1 || what.strict) return whole;
  return byParts(parts.slice(0, 20), candidates, purpose);
}

function scopeFor(purpose: Purpose, said: Scope): Scope {
  if (purpose === "reopen") return "done";
  // "Make all tasks urgent" means those that are still to be done.
  if (purpose === "complete" || (purpose === "update" && said === "all")) return "open";
  return said;
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
    for (const fits of strict ? tiers.slice(0, 2) : tiers) {
      const tasks = group.filter((task) => fits(title, task.title));
      const [only] = tasks;
      if (only !== undefined && tasks.length === 1) return found([only.number]);
      if (tasks.length > 1) return { is: "several", title, tasks };
    }
  }
  return { is: "none", title };
}

// Best first: the same words; all words contained; each word the beginning of one in the title.
const tiers: readonly ((said: string, title: string) => boolean)[] = [
  (said, title) => telling(said).join(" ") === telling(title).join(" ") && telling(said).length > 0,
  (said, title) => contains(telling(said), words(title), (word, other) => word === other),
  (said, title) => contains(telling(said), words(title), (word, other) => word.length >= 3 && other.startsWith(word)),
];

function contains(
  said: readonly string[],
  title: readonly string[],
  same: (word: string, other: string) => boolean,
): boolean {
  return said.length > 0 && said.every((word) => title.some((other) => same(word, other)));
}

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

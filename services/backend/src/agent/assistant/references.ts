import type { Mentioned, Reference, Scope } from "./commands.ts";
import type { Masked } from "./normalise.ts";

const noun = "(?:tasks?|todos?|to-dos?|to dos?|items?|numbers?|nos?\\.?|nr\\.?|entry|entries)";
const one = `(?:the )?(?:${noun} )?(?:${noun} |# ?)?#?\\d{1,6}(?: ?(?:-|–|to|through|thru|until) ?#?\\d{1,6})?`;
/** Pattern text for "task 3", "#3", "3 and 5", "3, 4 and 5", "tasks 1-3": for the grammar's rows. */
export const numbersText = `(?:(?:all |both )?${one}(?:(?: ?, ?and |,| and | or | & | ?\\+ ?) ?${one}){0,99})`;
const numbersOnly = new RegExp(`^${numbersText}$`, "i");
const largestRange = 100;

const spelled = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const spelledNumber = new RegExp(`^(?:${noun}) (${spelled.join("|")})$`, "i");

const places: Readonly<Record<string, number>> = {
  first: 0,
  oldest: 0,
  second: 1,
  third: 2,
  fourth: 3,
  fifth: 4,
  last: -1,
  latest: -1,
  newest: -1,
  "most recent": -1,
};
const placeText = new RegExp(`^(?:the |my )?(${Object.keys(places).join("|")})(?: (?:one|${noun}))?$`, "i");

const allText =
  /^(?:(?:all|everything|every single|every|each|all of)(?: of)?(?: (?:my|the|these|them))?|(?:my|the)(?: (?:whole|entire))?)(?: (?<scope>open|pending|unfinished|incomplete|remaining|active|done|completed|finished|complete|checked|old done))?(?: (?:tasks?|todos?|to-dos?|items?|ones|things|list|todo list|to-do list|task list|list of tasks))?$/i;
const doneText =
  /^(?:the |my )?(?<scope>open|pending|unfinished|remaining|done|completed|finished)(?: (?:tasks|todos|to-dos|items|ones|things))?$/i;
const singularPronoun = /^(?:it|that|this|that one|this one|that task|this task|the task|the one)$/i;
const pluralPronoun = /^(?:them|these|those|both|both of them|these tasks|those tasks|those ones)$/i;
const exception = /\b(?:except|excluding|but not|all but|other than|apart from|besides|unless|without)\b/i;
const empty =
  /^(?:(?:a|an|the|my|some|one|any) )*(?:tasks?|todos?|to-dos?|items?|one|something|anything|nothing|stuff|as|off)?$/i;

/** Reads how a sentence names tasks. Null when it names them in a way that we do not know, so that nothing is guessed. */
export function readReference(said: string, masked: Masked, mentioned: Mentioned): Reference | null {
  const text = said
    .trim()
    .replace(/[.,!:]+$/, "")
    .replace(/ (?:from|off|on|in) (?:my|the) (?:todo |to-do |task )?list$/i, "");
  const quoted =
    masked.quoted(text) ?? masked.quoted(text.replace(/^(?:the )?task (?:called |named )?|(?: task)$/gi, ""));
  if (quoted !== null) return quoted === "" ? null : { by: "title", title: quoted };
  const numbers = readNumbers(text);
  if (numbers !== null) return numbers;
  if (exception.test(text) || numbersOnly.test(text)) return null;
  const place = placeText.exec(text)?.[1];
  if (place !== undefined) return readPlace(places[place.toLowerCase()] ?? 0, mentioned);
  if (singularPronoun.test(text)) return readPronoun(mentioned, 1);
  if (pluralPronoun.test(text)) return readPronoun(mentioned, Number.POSITIVE_INFINITY);
  if (empty.test(text)) return { by: "missing" };
  const all = allText.exec(text) ?? doneText.exec(text);
  if (all !== null) return { by: "all", scope: scopeOf(all.groups?.scope) };
  // "all overdue tasks": a group that we cannot name in one call; never taken for a title.
  if (/^(?:all|every|each|both|any|none|no) /i.test(text)) return null;
  return readTitle(text, masked);
}

/** "3", "#3 and #5", "tasks 1-3"; null when the text is anything else. */
export function readNumbers(text: string): Reference | null {
  const name = spelledNumber.exec(text)?.[1];
  if (name !== undefined) return { by: "numbers", numbers: [spelled.indexOf(name.toLowerCase()) + 1] };
  if (text.length > 600 || !numbersOnly.test(text)) return null;
  const numbers = new Set<number>();
  for (const found of text.matchAll(/(\d+)(?: ?(?:-|–|to|through|thru|until) ?#?(\d+))?/gi)) {
    const from = Number(found[1]);
    const to = found[2] === undefined ? from : Number(found[2]);
    if (to < from || to - from >= largestRange) return null;
    for (let number = from; number <= to; number += 1) numbers.add(number);
  }
  if (numbers.has(0) || numbers.size > largestRange) return null;
  return { by: "numbers", numbers: [...numbers] };
}

function readPlace(place: number, mentioned: Mentioned): Reference {
  // After a list was shown, "the first one" is the first of that list.
  const shown = mentioned.numbers.length > 1 ? mentioned.numbers.at(place) : undefined;
  return shown === undefined ? { by: "place", place } : { by: "numbers", numbers: [shown] };
}

function readPronoun(mentioned: Mentioned, most: number): Reference {
  const { numbers } = mentioned;
  if (numbers.length === 0 || numbers.length > most) return { by: "missing" };
  return { by: "numbers", numbers };
}

function readTitle(text: string, masked: Masked): Reference | null {
  const title = text
    .replace(/^(?:the |my |that |this |our )/i, "")
    .replace(/^(?:task|todo|to-do|item)s? (?:called |named |titled |about |to |for |with )?/i, "")
    .replace(/ (?:task|todo|to-do|item|one|entry)s?$/i, "");
  const whole = masked.quoted(title) ?? masked.restore(title).trim();
  return whole === "" ? null : { by: "title", title: whole };
}

function scopeOf(word: string | undefined): Scope {
  if (word === undefined) return "all";
  return /done|complete|finished|checked/i.test(word) && !/incomplete|unfinished/i.test(word) ? "done" : "open";
}

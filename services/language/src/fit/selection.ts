import { type Marked, quoteIn } from "../mark/mark.ts";
import type { Selection } from "../types.ts";
import type { Clock } from "../when/calendar.ts";
import { takeFilter } from "./filter.ts";

const noun = "(?:tasks?|todos?|to-dos?|to dos?|items?|numbers?|nos?\\.?|nr\\.?|entry|entries)";
const one = `(?:the )?(?:${noun} )?(?:${noun} |# ?)?#?\\d{1,6}(?: ?(?:-|–|to|through|thru|until) ?#?\\d{1,6})?`;
/** Pattern text for "task 3", "#3", "3 and 5", "3, 4 and 5", "4 5 6", "tasks 1-3". */
export const NUMBERS = `(?:(?:all |both )?${one}(?:(?: ?, ?and |,| and | or | & | ?\\+ ?| ) ?${one}){0,99})`;
const numbersOnly = new RegExp(`^${NUMBERS}$`, "i");
const LARGEST_RANGE = 100;

const spelled = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
const spelledNumber = new RegExp(`^(?:${noun}) (${spelled.join("|")})$`, "i");

const places = ["first", "second", "third", "fourth", "fifth"];
const PLACE = `(?:${places.join("|")}|last|latest|newest|most recent|top|final)`;
const placesText = new RegExp(
  `^(?:the |my )?(${PLACE}(?:(?:, ?(?:and )?| and | & )(?:the )?${PLACE})*)(?: (?:ones?|${noun}))?(?: (?:of (?:them|these|those|the list)|on the list|in the list))?$`,
  "i",
);
const countText = new RegExp(`^(?:the )?(first|last) (two|three|four|five|\\d{1,2})(?: (?:ones?|${noun}))?$`, "i");
const singular = /^(?:it|that|this|that one|this one|that task|this task|the task|the one|the same(?: one| task)?)$/i;
const plural =
  /^(?:(?:all|both|each)(?: of)? (?:them|these|those|the above|of it)|them(?: all)?|these|those|both|(?:all )?(?:these|those|of them)(?: tasks| ones)?|they|the ones? above)$/i;
const other = /^the other(?: one| task)?$/i;
const exception =
  /\b(?:except|excluding|but not|all but|other than|apart from|besides|unless|without(?! (?:an? |any )?(?:due |deadline|date)))\b/i;
const nothingNamed =
  /^(?:(?:a|an|the|my|some|one|any) )*(?:tasks?|todos?|to-dos?|items?|one|something|anything|nothing|stuff|as|off)?$/i;
const groupFiller =
  /^(?:all|everything|every|each|single|of|my|the|our|whole|entire|tasks?|todos?|to-dos?|items?|ones|things?|stuff|list|that|which|are|is|from|on|due|still|for|old|in|to|i|have|need|with|and)$/i;

/** Reads how a sentence names tasks. Null when it names them in a way that we do not know, so that nothing is guessed. */
export function readSelection(said: string, marked: Marked, clock: Clock): Selection | null {
  const text = said
    .trim()
    .replace(/[.,!:]+$/, "")
    .replace(/ (?:from|off|on|in) (?:my|the) (?:todo |to-do |task )?list$/i, "");
  const bare = text.replace(/^(?:the )?(?:task |todo )?(?:called |named )?|(?: task)$/gi, "").trim();
  const quoted = quoteIn(marked, bare);
  if (quoted !== undefined) return quoted === "" ? null : { by: "name", name: quoted };
  const written = marked.restore(text);
  const numbers = readNumbers(written);
  if (numbers !== null) return numbers;
  if (exception.test(written) || numbersOnly.test(written)) return null;
  const pick = readPlaces(text);
  if (pick !== null) return { by: "shown", pick };
  if (other.test(text)) return { by: "shown", pick: "other" };
  if (singular.test(text)) return { by: "shown", pick: "only" };
  if (plural.test(text)) return { by: "shown", pick: "all" };
  if (/^(?:everything|all|all of it|the lot|them all)$/i.test(text)) return { by: "everything" };
  if (nothingNamed.test(text)) return { by: "missing" };
  const group = readGroup(text, marked, clock);
  if (group !== null) return group;
  // "all meetings except…": a group that we cannot name; never taken for a title.
  if (/^(?:all|every|everything|each|both|any|none|no)\b/i.test(text)) return null;
  return readName(text, marked);
}

/** "3", "#3 and #5", "tasks 1-3", "4 5 6"; null when the text is anything else. */
function readNumbers(text: string): Selection | null {
  const name = spelledNumber.exec(text)?.[1];
  if (name !== undefined) return { by: "numbers", numbers: [spelled.indexOf(name.toLowerCase()) + 1] };
  if (text.length > 600 || !numbersOnly.test(text)) return null;
  const numbers = new Set<number>();
  for (const found of text.matchAll(/(\d+)(?: ?(?:-|–|to|through|thru|until) ?#?(\d+))?/gi)) {
    const from = Number(found[1]);
    const to = found[2] === undefined ? from : Number(found[2]);
    if (to < from || to - from >= LARGEST_RANGE) return null;
    for (let number = from; number <= to; number += 1) numbers.add(number);
  }
  if (numbers.has(0) || numbers.size > LARGEST_RANGE) return null;
  return { by: "numbers", numbers: [...numbers] };
}

function readPlaces(text: string): number[] | null {
  const [, which, count] = countText.exec(text) ?? [];
  if (which !== undefined && count !== undefined) {
    const many = Math.min(spelled.indexOf(count.toLowerCase()) + 1 || Number(count), 100);
    const first = Array.from({ length: many }, (_, i) => i);
    return /first/i.test(which) ? first : first.map((place) => place - many);
  }
  const named = placesText.exec(text)?.[1];
  const words = named?.match(new RegExp(PLACE, "gi"));
  return words?.map((word) => placeOf(word)) ?? null;
}

function placeOf(word: string): number {
  if (/^top$/i.test(word)) return 0;
  return places.indexOf(word.toLowerCase());
}

/** "all overdue tasks", "everything tagged home", "my shopping tasks", "all tasks". */
function readGroup(text: string, marked: Marked, clock: Clock): Selection | null {
  const plainly = /^(?:all|everything|every|each|any)\b/i.test(text);
  const several = /(?:^|\s)(?:tasks|todos|to-dos|items|ones|things|stuff|list)(?:\s|$)|everything/i.test(text);
  if (!plainly && !several && !/^(?:the |my )?(?:overdue|done|completed|finished)$/i.test(text)) return null;
  const { filter, said, rest, found } = takeFilter(text, marked, clock);
  const left = rest.split(/[\s,]+/).filter((word) => word !== "" && !groupFiller.test(word));
  const status = filter.status ?? (found ? "open" : "all");
  if (left.length === 0) return { by: "group", filter: { ...filter, status }, said };
  // "all shopping tasks", "my work tasks": one word before the noun.
  const label = /(?:^|\s)([\p{L}][\p{L}\p{N}_-]{1,39}) (?:tasks|todos|to-dos|items|stuff|things)(?:\s|$)/iu.exec(
    rest,
  )?.[1];
  if (left.length !== 1 || label === undefined || label !== left[0]) return null;
  return {
    by: "group",
    filter: { ...filter, status, label: label.toLowerCase() },
    said: [said, label.toLowerCase()].filter(Boolean).join(", "),
  };
}

function readName(text: string, marked: Marked): Selection | null {
  const name = text
    .replace(/^(?:the |my |that |this |our )/i, "")
    .replace(/^(?:task|todo|to-do|item)s? (?:called |named |titled |about |to |for |with )?/i, "")
    .replace(/ (?:task|todo|to-do|item|one|entry)s?$/i, "");
  const whole = quoteIn(marked, name.trim()) ?? marked.restore(name).trim();
  // "Update to version 2" names nothing.
  return whole === "" || /^(?:to|with|from|for) /i.test(whole) ? null : { by: "name", name: whole };
}

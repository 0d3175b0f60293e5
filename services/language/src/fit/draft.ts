import { ANY_MARK, type Marked, PRIORITY, quoteIn, TAGS, WHEN, whenIn } from "../mark/mark.ts";
import type { Draft, Due, Priority } from "../types.ts";
import type { When } from "../when/read-when.ts";
import { startsWithVerb } from "./verbs.ts";

/** What a phrase says of a new task: its title, and what was taken out of it. */
export type Details = {
  readonly rest: string;
  readonly dues: readonly Due[];
  readonly priority: Priority | null;
  readonly tags: readonly string[];
  /** What was not done with some of the words, each a sentence for the user. */
  readonly told: readonly string[];
};

/** What a task holds at most; the server's own limits, which this package does not know, are the same. */
export const DRAFT_LIMITS = { titleCharacters: 200, notesCharacters: 2_000, tagsPerTask: 10 } as const;
/** Longer than any sentence: a paste, which is kept as it is. */
const LONGEST = 1_000;

const article = /(?:^|\s)(?:the|a|an|my|our|his|her|their|your|last|past|previous|of|half|after|during|every)$/i;
/** Words with which a title goes on behind a time, as in "call mum tomorrow about the party". */
const goesOn =
  /^(?:about|with|for|to|at|in|and|or|but|from|so|because|if|when|before|after|on|via|re|regarding|please|by|until|as)\b/i;
const edge = /^(?:$|[\s]*[,.;:!?()–—-](?:\s|$)|\s*[\uE000-\uE3FF])/;
const trailingUrgent =
  /(?:^|[\s,(-]+)(?:and )?(?:it's |it is |this is |that's |as |very |super |is )*(urgent(?:ly)?|asap)\)?[.!]*(?=(?:[\s,]|and|[\uE100-\uE3FF])*$)/i;
const trailingImportant =
  /(?:[,(-]\s*|\s(?:it's|it is|this is|that's|as|very|and) )(?:very )?(important)\)?[.!]*(?=(?:[\s,]|and|[\uE100-\uE3FF])*$)/i;
const leadingUrgent = /^(urgent|important)(?:[:,!-]+\s*| task(?: to|:)? )/i;

/** Takes dates, priority and tags out of a phrase, and says which words that look like some it left. */
export function readDetails(phrase: string, marked: Marked): Details {
  if (phrase.length > LONGEST) return { rest: clean(phrase), dues: [], priority: null, tags: [], told: [] };
  const told: string[] = [];
  const tags = new Set<string>();
  let priority: Priority | null = null;
  let rest = withoutBrackets(phrase.trim(), marked);
  rest = clean(
    rest.replace(new RegExp(TAGS, "g"), (symbol) => {
      const found = marked.of(symbol);
      if (found?.is === "tags") for (const tag of found.tags) tags.add(tag);
      return " ";
    }),
  );
  const level = takePriority(rest, marked);
  if (level !== null) {
    priority = level.priority;
    rest = clean(level.rest);
  }
  const dated = takeDues(rest, marked, told);
  return {
    rest: dated.rest,
    dues: dated.dues,
    priority,
    tags: [...tags].filter(Boolean).slice(0, DRAFT_LIMITS.tagsPerTask),
    told,
  };
}

function takePriority(text: string, marked: Marked): { priority: Priority; rest: string } | null {
  for (const match of text.matchAll(new RegExp(PRIORITY, "g"))) {
    const found = marked.of(match[0]);
    const after = text.slice(match.index + 1);
    const before = text.slice(0, match.index);
    // "Discuss high priority bugs": a word of the title. At the edge, or with "with" in it, it is the task's own.
    const own =
      edge.test(after) ||
      /^(?:with|!)/i.test(marked.restore(match[0])) ||
      before.trim() === "" ||
      goesOn.test(after.trim());
    if (found?.is === "priority" && own) {
      return {
        priority: found.priority,
        rest: `${before} ${after.replace(before.trim() === "" ? /^ (?:task |item )?(?:to |[:,-] ?)?/i : "", " ")}`,
      };
    }
  }
  for (const pattern of [trailingUrgent, trailingImportant, leadingUrgent]) {
    const match = pattern.exec(text);
    if (match)
      return {
        priority: "high",
        rest: `${text.slice(0, match.index)} ${text.slice(match.index + match[0].length)}`,
      };
  }
  return null;
}

type Place = { readonly at: number; readonly when: When };

function takeDues(text: string, marked: Marked, told: string[]): { rest: string; dues: Due[] } {
  const places: Place[] = [];
  for (const { 0: symbol, index } of text.matchAll(new RegExp(WHEN, "g"))) {
    const when = whenIn(marked, symbol);
    if (when) places.push({ at: index, when });
  }
  const meant = places.filter(({ at, when }) => saysWhen(text, at, when, marked));
  for (const place of places) {
    const words = marked.restore(text[place.at] ?? "");
    if (place.when.repeats) told.push(`Tasks can't repeat yet, so "${words}" stands in the title.`);
    else if (place.when.problem) told.push(`${place.when.problem}, so "${words}" is no date; it stands in the title.`);
    else if (!meant.includes(place) && looksMeant(text, place.at, place.when))
      told.push(`I took "${words}" for a part of the title, not for a date.`);
  }
  const usable = meant.filter(({ when }) => !when.repeats && !when.problem && when.day !== null);
  // A title that repeats keeps its whole phrase: a date beside it would be half of what was said.
  if (usable.length === 0 || places.some(({ when }) => when.repeats)) return { rest: text, dues: [] };
  const last = usable.find(({ when }) => /due|by|before|deadline/.test(when.lead)) ?? usable.at(-1);
  const chosen = listed(text, usable) ?? (last ? [last] : []);
  for (const place of usable) {
    if (!chosen.includes(place))
      told.push(`One task has one date: "${marked.restore(text[place.at] ?? "")}" stands in the title.`);
  }
  let rest = text;
  for (const { at, when } of [...chosen].reverse()) {
    // A span stays in the title, since a task holds one moment.
    if (when.until === undefined) rest = `${rest.slice(0, at)} ${rest.slice(at + 1)}`;
  }
  const dues = chosen.flatMap(({ when }) => (when.day === null ? [] : [{ day: when.day, time: when.time }]));
  return {
    rest: clean(
      chosen.length > 1 ? rest.replace(/(?:\s*(?:,|and|&)\s*)+$/i, "").replace(/(?:\s*,\s*)+(?=\s|$)/g, " ") : rest,
    ),
    dues,
  };
}

/** "monday, wednesday and friday": as many tasks. Undefined when the days are not a list. */
function listed(text: string, places: readonly Place[]): Place[] | undefined {
  if (places.length < 2) return undefined;
  for (const [i, place] of places.entries()) {
    const next = places[i + 1];
    if (next && !/^\s*(?:,|and|&|, and|\/)\s*(?:on )?$/i.test(text.slice(place.at + 1, next.at))) return undefined;
  }
  return [...places];
}

/** Whether a time in a phrase says when the task is due, and not something within the title. */
function saysWhen(text: string, at: number, when: When, marked: Marked): boolean {
  const before = text.slice(0, at).trimEnd();
  const after = text.slice(at + 1);
  const words = marked.restore(text[at] ?? "");
  if (when.repeats || when.problem) return true;
  if (/^(?:since|until|till|up to|after|during|around)/.test(when.lead)) return false;
  if (/[<[{/]$/.test(before) || /^[>\]}/]/.test(after)) return false;
  if (isName(words, before, after)) return false;
  if (article.test(before) && !edge.test(after) && !when.lead) return false;
  // "John 3:16"
  if (!when.dayStated && when.lead === "" && /^\d:\d\d$/.test(words)) return false;
  if (
    article.test(before) &&
    when.lead === "" &&
    /^(?:a|an|my|his|her|their|your|of|half)$/i.test(article.exec(before)?.[0].trim() ?? "")
  )
    return false;
  if (edge.test(after)) return true;
  const next = after.trim();
  if (before === "") return when.lead !== "" || /^[:,-]/.test(next) || startsWithVerb(next) || isPlainDay(words);
  return (
    goesOn.test(next) ||
    /^(?:due|by|on|before|at|deadline|no later)/.test(when.lead) ||
    (isPlainDay(words) && !article.test(before))
  );
}

/** Days that are hardly ever part of a name. */
function isPlainDay(words: string): boolean {
  return /^(?:today|tomm?orr?ow|tmrw|tmr|in (?:an?|\d+|one|two|three|four|five|six|seven) \S+)\b/i.test(words);
}

/** "watch Tomorrow Never Dies": a capital among capitals is a name. */
function isName(words: string, before: string, after: string): boolean {
  if (!/^(?:Today|Tomorrow|Tonight|Midnight|Noon|Morning|Evening|Night)/.test(words) || before === "") return false;
  return /^\s+\p{Lu}/u.test(after) || /(?:^|\s)\p{Lu}\S*\s*$/u.test(before);
}

/** Whether people may have meant a date that was left in the title. */
function looksMeant(text: string, at: number, when: When): boolean {
  const before = text.slice(0, at).trimEnd();
  if (/^(?:since|during)/.test(when.lead)) return false;
  return (
    !article.test(before) && (/^(?:until|till|up to|after|around)/.test(when.lead) || edge.test(text.slice(at + 1)))
  );
}

/** "Pay rent (tomorrow, high priority)": brackets around nothing but details are commas. */
function withoutBrackets(phrase: string, marked: Marked): string {
  const [brackets = "", inside = ""] = /\s*\(([^()]{1,200})\)$/.exec(phrase.slice(-220)) ?? [];
  return inside !== "" && readDetails(inside, marked).rest === ""
    ? `${phrase.slice(0, -brackets.length)}, ${inside}`
    : phrase;
}

/** Whether the phrase said anything but a title. */
export function hasDetails({ dues, priority, tags }: Details): boolean {
  return dues.length > 0 || priority !== null || tags.length > 0;
}

/** The tasks that a phrase is: one for each day that it lists. */
export function draftsOf(details: Details, marked: Marked): Draft[] {
  // "… literally" says of a quote what it says by itself.
  const named = details.rest.replace(/ (?:literally|exactly|verbatim|word for word|as it is)$/i, "");
  const whole = quoteIn(marked, named) ?? marked.restore(details.rest).trim();
  if (whole === "") return [];
  const fits = whole.length <= DRAFT_LIMITS.titleCharacters;
  const dues = details.dues.length === 0 ? [null] : details.dues;
  return dues.map((due) => ({
    title: fits ? whole : `${whole.slice(0, DRAFT_LIMITS.titleCharacters - 1).trimEnd()}…`,
    // What does not fit a title is kept, not lost.
    notes: fits ? null : whole.slice(0, DRAFT_LIMITS.notesCharacters),
    priority: details.priority,
    tags: details.tags,
    due,
  }));
}

export function clean(text: string): string {
  return text
    .replace(/ {2,}/g, " ")
    .replace(/ (?=[,;:.])/g, "")
    .replace(/\( ?\)/g, "")
    .replace(/^[\s,;:.-]+(?=\S)/, "")
    .replace(/(?:[\s,;:]| -| and|(?<=\s)\.)+$/i, "")
    .replace(/([,;]) ?[,;]/g, "$1");
}

/** A phrase without any of its marks. */
export function withoutMarks(text: string): string {
  return clean(text.replace(ANY_MARK, " "));
}

import { casual } from "chrono-node";

/** Where a date phrase stands in a text, with the words that belong to it ("by", "due on"), and the phrase itself. */
export type FoundDate = {
  readonly start: number;
  readonly end: number;
  readonly phrase: string;
  /** A span of time ("3pm to 5pm") stays in the title, since a task holds only one moment. */
  readonly span: boolean;
};

// Only the place of the phrase is used; the server resolves it by the user's own clock.
const reference = new Date(2026, 10, 23, 12);
const longest = 600;

const repeats = /\b(?:every|each|daily|weekly|monthly|yearly|annually)\b/i;
const strong =
  /\b(?:today|tonight|tomorrow|tmr|tmrw|(?:next|this|coming) \S|in (?:an? |\d|one|two|three|four|five|six|seven|eight|nine|ten|half|a few)|from now|within|end of|\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.? ?\d|\d(?:st|nd|rd|th)? (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))/i;
// "2 days" is a length, not a day: "wait for 2 days", "postpone it by 2 days".
const length =
  /^(?:by |for )?(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|\d+) ?(?:min(?:ute)?s?|h(?:ours?|rs?)?|days?|weeks?|months?|years?)$/i;
const clock = /\b(?:\d{1,2}(?::\d{2})? ?[ap]\.?m\b|\d{2}:\d{2}\b)/i;
const fullWeekday =
  /^(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: (?:morning|afternoon|evening|night|at noon))?$/i;
const shortWeekday = /^(?:mon|tue|tues|wed|thu|thur|thurs|fri)$/i;
const leadIn =
  /(?:^|[\s,(])(?:(?:(?:that |which )?(?:is|are) )?due(?: date)?(?: is)?:?|deadline:?|by|on|at|before|until|till|for|from|this|to be done|in|@|the)$/i;
const article = /(?:^|\s)(?:the|a|an|my|our|his|her|their|your|last|past|previous|of|half|after)$/i;
const dayAfterTomorrow = /\b(?:the )?day after tomorrow(?: at (?:noon|\d{1,2}(?::\d{2})?(?: ?[ap]m)?))?/i;
const endOfDay = /\b(?:by |before |until )?(?:the )?(?:eod|end of (?:the )?day|cob|close of business)\b/i;

/** Finds the phrase that says when, or null. What chrono takes wrongly ("sun cream", "march", "10 min walk") is left. */
export function findDate(text: string): FoundDate | null {
  if (text.length > longest || repeats.test(text)) return null;
  const own = dayAfterTomorrow.exec(text);
  if (own !== null) {
    const time = / at .+$/i.exec(own[0])?.[0] ?? "";
    return widen(text, own.index, own.index + own[0].length, `in 2 days${time}`, false);
  }
  const found = casual
    .parse(text, reference, { forwardDate: true })
    .map((result) => ({ start: result.index, end: result.index + result.text.length, span: result.end != null }))
    .filter(({ start, end }) => meansDate(text, start, end));
  const last = found.at(-1);
  if (last === undefined) {
    const day = endOfDay.exec(text);
    return day === null ? null : widen(text, day.index, day.index + day[0].length, "today", false);
  }
  // "tomorrow, at 5pm" comes as two results: neighbours are one phrase.
  const before = found.at(-2);
  const joined = before !== undefined && /^[\s,]*(?:at|on|by|@)?[\s,]*$/i.test(text.slice(before.end, last.start));
  const start = joined ? before.start : last.start;
  const phrase = joined
    ? `${text.slice(before.start, before.end)} ${text.slice(before.end, last.end).replace(/^[\s,]+/, "")}`
    : text.slice(start, last.end);
  return widen(text, start, last.end, phrase, last.span || (joined && before.span));
}

/** The phrase when the whole text is one date phrase, as in "to next friday". */
export function onlyDate(text: string): string | null {
  const trimmed = text.trim().replace(/^(?:be )?(?:due )?(?:to|on|by|for|until|till|at|before) /i, "");
  // A preposition in front tells the finder that a bare "friday", "sat" or "march" is meant as a date.
  const said = `on ${trimmed}`;
  const found = findDate(said) ?? findDate(trimmed);
  if (found === null || found.span) return null;
  const length = findDate(said) === null ? trimmed.length : said.length;
  return found.start <= 3 && found.end === length ? found.phrase : null;
}

function meansDate(text: string, start: number, end: number): boolean {
  const phrase = text.slice(start, end);
  const before = text.slice(0, start).trimEnd();
  const touching = text.slice(Math.max(0, start - 1), start);
  const after = text.slice(end);
  if (/[\p{L}\p{N}#/@.&-]/u.test(touching) || /^(?:'s\b|[-/\p{L}\p{N}])/u.test(after)) return false;
  if (/\b(?:now|ago|last|seconds?|this second)\b/i.test(phrase)) return false;
  const atEnd = /^[\s.,!)]*$/.test(after);
  const prepared =
    /^(?:on|by) /i.test(phrase) ||
    /(?:^|[\s,(])(?:by|on|before|until|till|due|due on|due by|due:|this|next|for|@)(?: the)?$/i.test(before);
  if (/^for /i.test(phrase) || length.test(phrase)) return false;
  if (article.test(before) && !prepared) return false;
  if (strong.test(phrase)) return true;
  if (clock.test(phrase)) return true;
  if (/^at /i.test(phrase)) return atEnd;
  if (/^\d{1,2}:\d{2}$/.test(phrase)) return /(?:^|\s)(?:at|by|before|@)$/i.test(before);
  if (prepared) return true;
  if (/^(?:noon|midnight)$/i.test(phrase)) return /(?:^|\s)at$/i.test(before);
  if (/(?:^|\s)in(?: the)?$/i.test(before)) return atEnd && !/^(?:sun|sat|mon|wed)$/i.test(phrase);
  return atEnd && (fullWeekday.test(phrase) || shortWeekday.test(phrase));
}

function widen(text: string, from: number, to: number, phrase: string, span: boolean): FoundDate {
  let start = from;
  for (;;) {
    const before = text.slice(0, start).trimEnd();
    const lead = leadIn.exec(before)?.[0];
    if (lead === undefined) break;
    start = before.length - lead.length;
  }
  return { start, end: to, phrase: phrase.trim().replace(/^(?:on|by) /i, ""), span };
}

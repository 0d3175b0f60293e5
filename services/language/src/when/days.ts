import {
  type Clock,
  type Day,
  dayOf,
  endOfMonth,
  mondayOf,
  partsOf,
  plusDays,
  plusMonths,
  wallClock,
  weekdayOf,
} from "./calendar.ts";
import { anyOf, COUNT, countOf, DATE, MONTH, months, ORDINAL, ordinalOf, spans, WEEKDAY, weekdays } from "./words.ts";

/** A day that was read at some place of a text. */
export type FoundDay = {
  readonly end: number;
  readonly day: Day | null;
  /** Said as a bare weekday: then a date beside it tells the day ("Fri 27 Nov"). */
  readonly weekday?: number;
  /** The day of the week that was said, or of the month, is today's: with a time that has passed the next one is meant. */
  readonly next?: Day;
  /** A word that is more often none, "sat" or "sun": a word before it, or its end, makes it a day. */
  readonly loose?: boolean;
  /** "2.10." without a year: at the end of a sentence it may be any number. */
  readonly dotted?: boolean;
  /** "End of day": of the day that is said beside it, else of today. */
  readonly weak?: boolean;
  /** Said as a span of days, as "next week": the first and the last. */
  readonly range?: readonly [Day, Day];
  /** Why there is no such day. */
  readonly problem?: string;
};

type Read = (match: RegExpExecArray, today: Day, clock: Clock) => Omit<FoundDay, "end">;
type Rule = { readonly pattern: RegExp; readonly read: Read };

const rule = (pattern: string, read: Read): Rule => ({
  pattern: new RegExp(`(?:${pattern})(?![\\p{L}\\p{N}_])`, "iuy"),
  read,
});
const SPAN = `${anyOf(spans)}s?`;
const YEAR = "(?:[ ,]+(\\d{4}|'\\d{2})(?!:))?";

/** Each with what it means on `today`. The first that fits is taken, so what is longer stands before what is shorter. */
const rules: readonly Rule[] = [
  rule("(\\d{4})-(\\d{1,2})-(\\d{1,2})", ([, y, m, d]) => numbered(Number(y), Number(m), Number(d))),
  // Dots say that the day comes first; without a year a dot at the end or a word before tells it from a number.
  rule("(\\d{1,2})\\. ?(\\d{1,2})\\. ?(\\d{4}|\\d{2})", ([, d, m, y]) => numbered(yearOf(y), Number(m), Number(d))),
  {
    pattern: /(\d{1,2})\. ?(\d{1,2})\.(?!\d)/uy,
    read: ([, d, m], today) => ({ ...upcoming(today, Number(m), Number(d)), dotted: true }),
  },
  rule("(\\d{1,2})/(\\d{1,2})/(\\d{4}|\\d{2})", ([, a, b, y], _, clock) =>
    slashed(Number(a), Number(b), clock, yearOf(y)),
  ),
  rule("(\\d{1,2})/(\\d{1,2})", ([, a, b], today, clock) => slashed(Number(a), Number(b), clock, null, today)),
  // "30 Dec", "30th of December 2026"; "Dec 30", "December 30th, 2026".
  rule(
    `(?:the )?(${DATE})(?: of)?[ -](${MONTH})(?! (?:be|have|not|need|want|come|take|get|go))\\.?${YEAR}`,
    ([, d, m, y], today) => named(d, m, y, today),
  ),
  rule(`(${MONTH})\\.?[ -](?:the )?(${DATE})(?![:.]\\d|[ap]m\\b| ?[ap]\\.?m)${YEAR}`, ([, m, d, y], today) =>
    named(d, m, y, today),
  ),
  rule("(?:the )?day after tomm?orr?ow", (_, today) => ({ day: plusDays(today, 2) })),
  rule("today", (_, today) => ({ day: today })),
  rule("yesterday", (_, today) => ({ day: plusDays(today, -1) })),
  rule("tomm?orr?ows?|tomorow|tmrw|tmr|tmw|2moro|2morrow", (_, today) => ({ day: plusDays(today, 1) })),
  rule(`(?:in |within )?(?:the )?next (${COUNT}) (${SPAN})`, ([, n, span], today) => {
    const day = plus(today, countOf(n ?? ""), span ?? "");
    return { day, range: [today, day] };
  }),
  rule(`(?:in|within) (${COUNT}) (${SPAN})`, ([, n, span], today) => ({
    day: plus(today, countOf(n ?? ""), span ?? ""),
  })),
  rule(`(${COUNT}) (${SPAN}) from (?:now|today)`, ([, n, span], today) => ({
    day: plus(today, countOf(n ?? ""), span ?? ""),
  })),
  rule(`(?:this |the |coming )?(${WEEKDAY}) (?:week|in a week|a week from now)`, ([, name], today) => ({
    day: plusDays(comingWeekday(today, name), 7),
  })),
  rule(`(${WEEKDAY}),? in (${COUNT}) weeks?`, ([, name, n], today) => ({
    day: plusDays(comingWeekday(today, name), 7 * countOf(n ?? "")),
  })),
  rule(`(?:the )?next (${WEEKDAY})|(${WEEKDAY}) (?:of )?next week`, ([, a, b], today) => ({
    // The one of next week, which begins on Monday.
    day: plusDays(mondayOf(today), 6 + weekdayNumber(a ?? b)),
  })),
  rule(`(?:(?:this|coming|the|this coming) )?(${WEEKDAY})s?(?:\\.(?= \\d))?`, ([all, name], today) => {
    const day = comingWeekday(today, name);
    const weekday = weekdayNumber(name);
    const loose = /^(?:the )?(?:mon|wed|sat|sun)$/i.test(all);
    return { day, weekday, ...(day === today && { next: plusDays(day, 7) }), ...(loose && { loose }) };
  }),
  rule("(?:the )?(?:end of (?:the |this )?day|eod|cob|close of business)", (_, today) => ({ day: today, weak: true })),
  rule("(?:the )?(?:end of (?:the |this )?month|eom|month'?s? end)", (_, today) => ({ day: endOfMonth(today) })),
  rule("(?:the )?end of next month", (_, today) => ({ day: endOfMonth(plusMonths(today, 1)) })),
  rule("(?:the )?(?:end of (?:the |this )?week|eow)", (_, today) => ({
    day: plusDays(mondayOf(today), weekdayOf(today) > 5 ? 6 : 4),
  })),
  rule("(?:the )?end of next week", (_, today) => ({ day: plusDays(mondayOf(today), 11) })),
  rule("(?:the )?(?:end of (?:the |this )?year|eoy)", (_, today) => ({ day: `${today.slice(0, 4)}-12-31` })),
  rule(`(?:the )?end of (${MONTH})`, ([, m], today) => {
    const first = upcoming(today, months[m?.toLowerCase() ?? ""] ?? 0, 28);
    return { day: first.day === null ? null : endOfMonth(first.day) };
  }),
  rule("(?:the )?(?:this |coming )?week-?end", (_, today) => {
    const range = [plusDays(mondayOf(today), 5), plusDays(mondayOf(today), 6)] as const;
    return { day: weekdayOf(today) === 7 ? today : range[0], range };
  }),
  rule("next week-?end", (_, today) => ({
    day: plusDays(mondayOf(today), 12),
    range: [plusDays(mondayOf(today), 12), plusDays(mondayOf(today), 13)],
  })),
  rule("(?:the )?(?:start|beginning) of next week|early next week", (_, today) => ({
    day: plusDays(mondayOf(today), 7),
  })),
  rule("next week", (_, today) => weekOf(plusDays(today, 7))),
  rule("last week", (_, today) => weekOf(plusDays(today, -7))),
  rule("this week", (_, today) => ({ ...weekOf(today), day: plusDays(mondayOf(today), weekdayOf(today) > 5 ? 6 : 4) })),
  rule("this month", (_, today) => ({ ...monthOf(today), day: endOfMonth(today) })),
  rule("last month", (_, today) => monthOf(plusMonths(today, -1))),
  rule(`(?:the )?(${ORDINAL})(?: day)? of (?:the )?(next|this|following) month`, ([, nth, which], today) =>
    ofMonth(which?.toLowerCase() === "this" ? today : plusMonths(`${today.slice(0, 8)}01`, 1), ordinalOf(nth ?? "")),
  ),
  rule(`(?:the )?(${ORDINAL})(?: day)? of the month`, ([, nth], today) => nthComing(today, ordinalOf(nth ?? ""))),
  rule("(?:the )?(?:start|beginning) of next month", (_, today) => ({ day: plusMonths(`${today.slice(0, 8)}01`, 1) })),
  rule("next month", (_, today) => monthOf(plusMonths(today, 1))),
  rule("(?:the )?(?:(?:start|beginning) of )?next year", (_, today) => ({
    day: `${String(partsOf(today).year + 1).padStart(4, "0")}-01-01`,
  })),
  rule("the (\\d{1,2})(?:st|nd|rd|th)(?! (?:\\p{L}))", ([, d], today) => nthComing(today, Number(d))),
];

const LENGTH_BEFORE = new RegExp(`(?:in )?(${COUNT}) (${SPAN}) (from|after|before) `, "iuy");

/** The day that is said from `at` on; undefined when none is. */
export function readDay(text: string, at: number, clock: Clock): FoundDay | undefined {
  const today = wallClock(clock.now, clock.zone).day;
  // A length before another day: "a week from tomorrow", "a month from 31 January".
  LENGTH_BEFORE.lastIndex = at;
  const length = LENGTH_BEFORE.exec(text);
  const [, count = "", span = "", way = ""] = length ?? [];
  const from = length && readDay(text, at + length[0].length, clock);
  if (from?.day) return { end: from.end, day: plus(from.day, countOf(count) * (/before/i.test(way) ? -1 : 1), span) };
  for (const { pattern, read } of rules) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    const found = match && read(match, today, clock);
    if (found && (found.day !== null || found.problem !== undefined)) return { ...found, end: at + match[0].length };
  }
  return undefined;
}

const BARE_ORDINAL = /(?:the )?(\d{1,2})(?:st|nd|rd|th)(?![\p{L}\p{N}_])/iuy;

/** A bare "15th", which only a word such as "on" or "by" before it makes a day. */
export function readOrdinal(text: string, at: number, clock: Clock): FoundDay | undefined {
  BARE_ORDINAL.lastIndex = at;
  const match = BARE_ORDINAL.exec(text);
  if (match === null) return undefined;
  return { ...nthComing(wallClock(clock.now, clock.zone).day, Number(match[1])), end: at + match[0].length };
}

/** A length of days or months after a day. */
export function plus(day: Day, count: number, span: string): Day {
  const unit = spans[span.toLowerCase().replace(/s$/, "")];
  if (unit === undefined) throw new Error(`no length of time: ${span}`);
  return "days" in unit ? plusDays(day, count * unit.days) : plusMonths(day, count * unit.months);
}

/** The next such weekday; today counts. */
function comingWeekday(today: Day, name = ""): Day {
  return plusDays(today, (weekdayNumber(name) - weekdayOf(today) + 7) % 7);
}

function weekdayNumber(name = ""): number {
  return weekdays[name.toLowerCase()] ?? 0;
}

type Said = Omit<FoundDay, "end">;

function weekOf(day: Day): Said {
  const monday = mondayOf(day);
  return { day: monday, range: [monday, plusDays(monday, 6)] };
}

function monthOf(day: Day): Said {
  const first = `${day.slice(0, 8)}01`;
  return { day: first, range: [first, endOfMonth(day)] };
}

function numbered(year: number, month: number, date: number): Said {
  const day = dayOf(year, month, date);
  return day === null ? { day, problem: `There is no ${date} ${monthName(month)} ${year}` } : { day };
}

/** "February"; of a number that no month has, that number. */
function monthName(month: number): string {
  const name = Object.keys(months).find((word) => months[word] === month) ?? "";
  return name === "" ? `in month ${month}` : name.slice(0, 1).toUpperCase() + name.slice(1);
}

function yearOf(digits = ""): number {
  const year = Number(digits.replace("'", ""));
  return year < 100 ? 2000 + year : year;
}

function slashed(a: number, b: number, { dayFirst = false }: Clock, year: number | null, today = ""): Said {
  // A month is at most 12, whatever the order.
  const [date, month] = (dayFirst && b <= 12) || a > 12 ? [a, b] : [b, a];
  return year === null ? upcoming(today, month, date) : numbered(year, month, date);
}

function named(date = "", month = "", year: string | undefined, today: Day): Said {
  const [d, m] = [Number.parseInt(date, 10), months[month.toLowerCase()] ?? 0];
  return year === undefined ? upcoming(today, m, d) : numbered(yearOf(year), m, d);
}

/** The day without its year: this year's, or when that has passed the next one's. */
function upcoming(today: Day, month: number, date: number): Said {
  const { year } = partsOf(today);
  // 29 February may be up to eight years away.
  for (let ahead = 0; ahead <= 8; ahead++) {
    const day = dayOf(year + ahead, month, date);
    if (day !== null && day >= today) return { day };
  }
  return { day: null, problem: `There is no ${date} ${monthName(month)}` };
}

function ofMonth(month: Day, date: number): Said {
  const { year, month: number } = partsOf(month);
  return numbered(year, number, date);
}

/** The next day of a month with this number; today counts. */
function nthComing(today: Day, date: number): Said {
  const { year, month } = partsOf(today);
  for (let ahead = 0; date >= 1 && date <= 31 && ahead <= 12; ahead++) {
    const day = dayOf(year + Math.floor((month - 1 + ahead) / 12), ((month - 1 + ahead) % 12) + 1, date);
    if (day !== null && day >= today) return { day };
  }
  return { day: null, problem: `No month has ${date} days` };
}

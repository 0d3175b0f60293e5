import { type Clock, inMinutes, type Moment, type Time, timeOf } from "./calendar.ts";
import { anyOf, COUNT, countOf, minutes } from "./words.ts";

/** A time of day that was read at some place of a text. */
export type FoundTime = {
  readonly end: number;
  readonly time: Time | null;
  /** Without am or pm, so that the other half of the day may be meant. */
  readonly open?: boolean;
  /** A part of the day rather than an hour: an hour beside it tells the time. */
  readonly part?: DayPart;
  /** Said without a word or a sign that makes it a time: "5", which only "at" before it does. */
  readonly bare?: boolean;
  /** So far from now that the day is said too. */
  readonly moment?: Moment;
  /** The end of a span that names its half of the day once: "3-4pm". */
  readonly until?: Time;
  readonly problem?: string;
};

export type DayPart = "morning" | "noon" | "afternoon" | "evening" | "night" | "midnight";

/** The hour that a part of the day stands for when no other is said. */
const hours: Readonly<Record<DayPart, Time>> = {
  morning: "09:00",
  noon: "12:00",
  afternoon: "15:00",
  evening: "19:00",
  night: "21:00",
  midnight: "00:00",
};

const AFTER: Readonly<Record<string, Time>> = { breakfast: "10:00", lunch: "14:00", work: "18:00", dinner: "20:00" };

type Rule = {
  readonly pattern: RegExp;
  readonly read: (match: RegExpExecArray, clock: Clock) => Omit<FoundTime, "end">;
};

const rule = (pattern: string, read: Rule["read"]): Rule => ({
  pattern: new RegExp(`(?:${pattern})(?![\\p{L}\\p{N}_])`, "iuy"),
  read,
});

const HOUR = `(?:\\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)`;
const HALF_DAY = "([ap])\\.?m\\.?";
const CLOCK_SPAN = `${anyOf(minutes)}s?`;

const rules: readonly Rule[] = [
  // "in an hour and a half", "in 2 hours and 15 minutes", "in 90 min", "in half an hour".
  rule(`(?:in|within) (?:about )?(${COUNT}) hours? and a half`, ([, n], clock) =>
    later(clock, countOf(n ?? "") * 60 + 30),
  ),
  rule(`(?:in|within) (${COUNT}) and a half hours?`, ([, n], clock) => later(clock, countOf(n ?? "") * 60 + 30)),
  rule("(?:in|within) (?:half an hour|half hour|a half hour)", (_, clock) => later(clock, 30)),
  rule("(?:in|within) (?:a |three )quarters? of an hour", ([all], clock) => later(clock, /three/i.test(all) ? 45 : 15)),
  rule(`(?:in|within) (?:the next )?(\\d{1,2})[.,]5 (?:hours|hrs|h)`, ([, n], clock) =>
    later(clock, Number(n) * 60 + 30),
  ),
  rule(
    `(?:in|within) (?:about |the next )?(${COUNT}) ?(?:hours?|hrs?|h),?(?: and)? (${COUNT}) ?(?:minutes?|mins?|m)`,
    ([, h, m], clock) => later(clock, countOf(h ?? "") * 60 + countOf(m ?? "")),
  ),
  rule(`(?:in|within) (?:about |the next )?(${COUNT}) ?(${CLOCK_SPAN})`, ([, n, unit], clock) =>
    later(clock, countOf(n ?? "") * minutesOf(unit)),
  ),
  rule(`(${COUNT}) ?(${CLOCK_SPAN}) from now`, ([, n, unit], clock) =>
    later(clock, countOf(n ?? "") * minutesOf(unit)),
  ),
  // "half past 3", "quarter to nine", "ten past six".
  rule(`half (?:past )?(${HOUR})(?: ?${HALF_DAY})?`, ([, h, half]) => said(countOf(h ?? ""), 30, half)),
  rule(`(?:a )?quarter (past|after|to|before|till) (${HOUR})(?: ?${HALF_DAY})?`, ([, way, h, half]) =>
    beside(way, 15, h, half),
  ),
  rule(
    `(five|ten|twenty|twenty[- ]five|5|10|20|25|${COUNT} minutes) (past|to) (${HOUR})(?: ?${HALF_DAY})?`,
    ([, n, way, h, half]) => beside(way, minutesIn(n), h, half),
  ),
  rule(
    `(\\d{1,2})(?::(\\d{2}))? ?(?:-|–|to) ?(\\d{1,2})(?::(\\d{2}))? ?${HALF_DAY}`,
    ([, h, m = "0", h2, m2 = "0", half]) => {
      const until = said(Number(h2), Number(m2), half);
      const from = said(Number(h), Number(m), Number(h) > Number(h2) && half?.toLowerCase() === "p" ? "a" : half);
      return until.time === null ? until : { ...from, until: until.time };
    },
  ),
  // "5:30 pm", "17:30", "17h30", "17.30" with "at" (its dot alone might be a number's).
  rule(`(\\d{1,2})[:.](\\d{2})(?::\\d{2})? ?${HALF_DAY}`, ([, h, m, half]) => said(Number(h), Number(m), half)),
  rule("(\\d{1,2}):(\\d{2})(?::\\d{2})?(?: ?(?:h|hrs|hours|o'?clock))?", ([, h, m]) =>
    said(Number(h), Number(m), undefined, /^0/.test(h ?? "")),
  ),
  rule("(\\d{1,2})h(\\d{2})?", ([, h, m = "0"]) => said(Number(h), Number(m), undefined, true)),
  rule(`(${HOUR}) ?${HALF_DAY}`, ([, h, half]) => said(countOf(h ?? ""), 0, half)),
  rule(`(${HOUR}) ?o'? ?clock`, ([, h]) => said(countOf(h ?? ""), 0)),
  rule("(?:12 )?(?:noon|midday|mid-day)", () => ({ time: hours.noon, part: "noon" })),
  rule("(?:12 )?midnight", () => ({ time: hours.midnight, part: "midnight" })),
  rule("(?:in the |this |the |early |late )?(morning|afternoon|evening|night)s?", ([, part]) => partOf(part)),
  rule("tonight", () => ({ time: hours.night, part: "night" })),
  rule("at night", () => ({ time: hours.night, part: "night" })),
  rule("after (breakfast|lunch|work|dinner)", ([, what = ""]) => ({ time: AFTER[what.toLowerCase()] ?? null })),
  rule("(?:at|by) (?:lunch|lunchtime)", () => ({ time: hours.noon })),
  rule(`(${HOUR})`, ([, h]) => ({ ...said(countOf(h ?? ""), 0), bare: true })),
];

/** The time that is said from `at` on; undefined when none is. */
export function readTime(text: string, at: number, clock: Clock): FoundTime | undefined {
  for (const { pattern, read } of rules) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return { ...read(match, clock), end: at + match[0].length };
  }
  return undefined;
}

/**
 * What an hour without am or pm means: as the part of the day says, else from 1 to 6 in the afternoon, 7 to 11 as it is.
 * @param time of the first half of the day
 */
export function inHalf(time: Time, part: DayPart | undefined): Time {
  const hour = Number(time.slice(0, 2));
  const late = part === undefined ? hour >= 1 && hour <= 6 : lateIn(part, hour);
  return late && hour < 12 ? `${String(hour + 12).padStart(2, "0")}${time.slice(2)}` : time;
}

/** Of 12, "at night" is midnight and so is not later than noon. */
function lateIn(part: DayPart, hour: number): boolean {
  if (part === "morning") return false;
  return part === "night" ? hour >= 6 : part !== "midnight";
}

function said(hour: number, minute: number, half?: string, exact = false): Omit<FoundTime, "end"> {
  const name = `${hour}:${String(minute).padStart(2, "0")}`;
  if (half !== undefined) {
    if (hour < 1 || hour > 12 || minute > 59)
      return { time: null, problem: `There is no ${name} ${half.toLowerCase()}m` };
    return { time: timeOf((hour % 12) + (half.toLowerCase() === "p" ? 12 : 0), minute) };
  }
  if (hour === 24 && minute === 0) return { time: hours.midnight, part: "midnight" };
  const time = timeOf(hour, minute);
  if (time === null) return { time, problem: `There is no ${name} on a clock` };
  return { time, open: !exact && hour >= 1 && hour < 12 };
}

function beside(way: string | undefined, minute: number, hour: string | undefined, half: string | undefined) {
  const at = countOf(hour ?? "");
  return /past|after/i.test(way ?? "") ? said(at, minute, half) : said(at === 1 ? 12 : at - 1, 60 - minute, half);
}

function minutesIn(words = ""): number {
  return /^twenty.five$/i.test(words) ? 25 : countOf(words.replace(/ minutes?$/i, ""));
}

function partOf(word = ""): Omit<FoundTime, "end"> {
  const part = (["morning", "afternoon", "evening", "night"] as const).find((name) => name === word.toLowerCase());
  if (part === undefined) throw new Error(`no part of the day: ${word}`);
  return { time: hours[part], part };
}

function later(clock: Clock, after: number): Omit<FoundTime, "end"> {
  const moment = inMinutes(clock, after);
  return { time: moment.time, moment };
}

function minutesOf(unit = ""): number {
  return minutes[unit.toLowerCase().replace(/s$/, "")] ?? 0;
}

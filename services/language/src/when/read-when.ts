import { type Clock, type Day, plusDays, type Time, wallClock, weekdayOf } from "./calendar.ts";
import { type FoundDay, readDay, readOrdinal } from "./days.ts";
import { readRepeat } from "./repeats.ts";
import { type DayPart, type FoundTime, inHalf, readTime } from "./times.ts";
import { COUNT, MONTH, ORDINAL, WEEKDAY } from "./words.ts";

/** An expression of time in a text. */
export type When = {
  /** Where it stands, without the word that leads to it. */
  readonly start: number;
  readonly end: number;
  /** The word before it: "by", "on", "due", "since"…; "" where there is none. */
  readonly lead: string;
  /** Where the words that lead to it begin; `start` where there are none. */
  readonly from: number;
  /** The day that is meant; null where a problem says why there is none, and for a repeat. */
  readonly day: Day | null;
  readonly time: Time | null;
  /** False when only a time was said: then a task's own day may be meant. */
  readonly dayStated: boolean;
  /** The first and the last day of a span that one word names, as "next week". */
  readonly range?: readonly [Day, Day];
  /** The end of a span such as "3 to 5pm". */
  readonly until?: { readonly day: Day | null; readonly time: Time | null };
  readonly repeats: boolean;
  /** Why no moment is meant, as a sentence without its full stop: "There is no 25:00 on a clock". */
  readonly problem?: string;
};

type Piece = { start: number; end: number; lead: string; day?: FoundDay; time?: FoundTime; repeats?: boolean };

// What stands between the words of one expression: "tomorrow, at 5pm", "5pm on friday".
const GLUE = /^(?:,? ?(?:(?:at|on|by|@|around|about|in the|in) ?)?|,? \()$/i;
const TO = /^ ?(?:-|–|to|until|till|through) ?$/i;
const LEADS =
  /(?:^|[\s,;:(])((?:(?:that |which )?(?:is |are |it's )?due(?: date)?(?: is| by| on| at| for)?:?|deadline(?: is)?:?|by|on|at|before|after|since|up to|until|till|for|from|this|during|around|about|to be done by|no later than|in|@)(?: the)?)[ ]?$/i;
/** Behind these a bare number is an hour. */
const HOUR_LEAD = /^(?:at|@|by|before|until|till|around|about|from|after)$/i;
const LEAD_WORD = /(?:^|[\s,;:(])(at|@|by|on|before|until|till|around|about|from|after|since|due|to)(?: the)? ?$/i;
const END =
  /^(?:$|[\s]*$|[\s,]*[\uE000-\uF8FF]|[\s]*[.,;!?)](?:\s|$)|\s+(?:and|or|but|then|to|until|till|on|in|for|with|tomorrow|today|please|pls|thanks)\b)/i;

/**
 * All expressions of time in a text, in their order. Whether one says when a task is due or belongs to its title is for the
 * caller to decide, by its lead and its place.
 */
export function findWhens(text: string, clock: Clock): When[] {
  const groups: Piece[][] = [];
  for (const piece of pieces(text, clock)) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group && last && GLUE.test(text.slice(last.end, piece.start)) && fits(group, piece)) group.push(piece);
    else groups.push([piece]);
  }
  const found = groups.map((group) => meaning(text, group, clock)).filter((when) => when !== null);
  return joinSpans(text, found);
}

/** What a phrase says that is nothing but one expression of time, as in "next friday at 5pm"; undefined for others. */
export function readWhen(phrase: string, clock: Clock): When | undefined {
  const text = phrase.trim().replace(/[.!]+$/, "");
  const [when, ...more] = findWhens(text, clock);
  return when && more.length === 0 && when.from === 0 && when.end === text.length ? when : undefined;
}

function* pieces(text: string, clock: Clock): Generator<Piece> {
  for (let at = 0; at < text.length; ) {
    const piece = startsWord(text, at) && mayStart(text, at) ? pieceAt(text, at, clock) : undefined;
    if (piece) yield piece;
    at = piece?.end ?? at + 1;
  }
}

function startsWord(text: string, at: number): boolean {
  return /[\p{L}\p{N}]/u.test(text[at] ?? "") && !/[\p{L}\p{N}#@_/.$€£'’-]/u.test(text[at - 1] ?? "");
}

const STARTS = new RegExp(
  `(?:\\d|${WEEKDAY}|${MONTH}|${COUNT}|${ORDINAL}|the|today|tom|tmrw|tmr|tmw|tonight|yesterday|in|within|next|this|last|coming|` +
    "day|end|eo|cob|close|start|beginning|early|late|month|week|half|quarter|twenty|noon|midday|mid|morning|afternoon|" +
    "evening|night|at|by|on|after|every|each|daily|weekly|biweekly|fortnightly|monthly|quarterly|yearly|annually|nightly|hourly|once|twice)",
  "iy",
);

/** Whether a word can begin an expression of time at all: most can't, and need not be tried against each rule. */
function mayStart(text: string, at: number): boolean {
  STARTS.lastIndex = at;
  return STARTS.test(text);
}

function pieceAt(text: string, at: number, clock: Clock): Piece | undefined {
  const lead = LEAD_WORD.exec(text.slice(Math.max(0, at - 20), at))?.[1]?.toLowerCase() ?? "";
  const repeat = readRepeat(text, at);
  if (repeat !== undefined) return { start: at, end: repeat, lead, repeats: true };
  const day = readDay(text, at, clock);
  const led = /^(?:on|by|due|until|till|before|from)$/.test(lead);
  const idle =
    day?.loose &&
    !led &&
    (/^the/i.test(text.slice(at)) ||
      /(?:^|\s)(?:the|a|an|in|i|she|he|we|they) $/i.test(text.slice(0, at)) ||
      !END.test(text.slice(day.end)));
  const number = day?.dotted && !led && /^\s*$/.test(text.slice(day.end));
  if (day && !idle && !number && !cutsWord(text, day.end)) return { start: at, end: day.end, lead, day };
  const time = readTime(text, at, clock);
  const loose = time?.bare && !(HOUR_LEAD.test(lead) && END.test(text.slice(time.end)));
  if (time && !loose && !cutsWord(text, time.end)) return { start: at, end: time.end, lead, time };
  const nth = /^(?:on|by|due|before|until|till)$/.test(lead) ? readOrdinal(text, at, clock) : undefined;
  return nth && { start: at, end: nth.end, lead, day: nth };
}

/** "2026-11-27.pdf", "5pm-ish", "may's", "10:30x": part of something else. */
function cutsWord(text: string, end: number): boolean {
  return (
    /^(?:[.:/-][\p{L}\p{N}]|['’](?!s? (?:morning|afternoon|evening|night))|[%°€$#@])/u.test(text.slice(end)) &&
    !/^[-–]\d{1,2}(?::\d\d)? ?[ap]m/i.test(text.slice(end))
  );
}

/** Whether a piece tells more of the same moment: a day and a time, a weekday and its date, an hour and its part of the day. */
function fits(group: readonly Piece[], piece: Piece): boolean {
  if (group.some(({ repeats, time }) => repeats || time?.moment)) return false;
  if (piece.repeats || piece.time?.moment) return false;
  const days = group.filter(({ day }) => day && !day.weak);
  const times = group.filter(({ time }) => time);
  if (piece.day?.weak) return true;
  // "tomorrow, 26 November": the same day, said twice.
  if (piece.day && days.length === 1 && days[0]?.day?.day === piece.day.day) return true;
  if (piece.day) {
    return (
      days.length === 0 ||
      (days.length === 1 && (days[0]?.day?.weekday === undefined) !== (piece.day.weekday === undefined))
    );
  }
  if (times.length === 0) return true;
  // "tonight at midnight"
  if (piece.time?.part === "midnight" && times.length === 1 && times[0]?.time?.part === "night") return true;
  return times.length === 1 && (times[0]?.time?.part === undefined) !== (piece.time?.part === undefined);
}

function meaning(text: string, group: readonly Piece[], clock: Clock): When | null {
  const [first] = group;
  const last = group.at(-1);
  if (!first || !last) return null;
  const before = LEADS.exec(text.slice(Math.max(0, first.start - 40), first.start));
  const lead = before?.[1]?.toLowerCase() ?? "";
  const place = {
    start: first.start,
    end: last.end,
    lead,
    from: first.start - (before ? before[0].replace(/^[\s,;:(]/, "").length : 0),
  };
  const all = group.flatMap(({ day }) => (day ? [day] : []));
  const firm = all.filter((day) => !day.weak);
  const days = firm.length > 0 ? firm : all;
  const times = group.flatMap(({ time }) => (time ? [time] : []));
  const nothing = { ...place, day: null, time: null, dayStated: days.length > 0, repeats: false };
  if (first.repeats) return { ...nothing, repeats: true };
  // "morning" alone is a word like others; "in the morning", "tonight" say when.
  if (days.length === 0 && times.length === 1 && isLoosePart(text, group)) return null;
  const problem = [...days, ...times].find((found) => found.problem)?.problem ?? mismatch(days);
  if (problem !== undefined) return { ...nothing, problem };
  const moment = times.find((time) => time.moment)?.moment;
  if (moment) return { ...nothing, ...moment, dayStated: true };
  const until = times.find((time) => time.until)?.until;
  return { ...nothing, ...settle(days, times, clock, text), ...(until && { until: { day: null, time: until } }) };
}

function isLoosePart(text: string, [piece]: readonly Piece[]): boolean {
  return (
    piece?.time?.part !== undefined &&
    /^(?:early |late |the )?(?:morning|afternoon|evening|night)s?$/i.test(text.slice(piece.start, piece.end))
  );
}

/** "Friday 28 November" where the 28th is a Saturday. */
function mismatch(days: readonly FoundDay[]): string | undefined {
  const weekday = days.find((day) => day.weekday !== undefined);
  const date = days.find((day) => day.weekday === undefined);
  if (!weekday?.weekday || !date?.day || weekdayOf(date.day) === weekday.weekday) return undefined;
  return `${date.day} is a ${NAMES[weekdayOf(date.day) - 1]}, not a ${NAMES[weekday.weekday - 1]}`;
}

const NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** Words that tell in which half of the day an hour is. */
const LATE = /\b(?:dinner|supper|drinks|cinema|concert|theatre|theater|evening)\b/i;
const EARLY = /\b(?:breakfast|wake|waking|alarm|sunrise)\b/i;

function settle(days: readonly FoundDay[], times: readonly FoundTime[], clock: Clock, text: string) {
  const now = wallClock(clock.now, clock.zone);
  const found = days.find((day) => day.weekday === undefined) ?? days[0];
  const part = times.find((time) => time.part === "midnight")?.part ?? times.find((time) => time.part)?.part;
  const said = times.find((time) => time.part === undefined) ?? times[0];
  const hour = said?.time ?? null;
  const stated = found?.day ?? null;
  if (hour === null) return { day: stated, time: null, ...(found?.range && { range: found.range }) };
  // Midnight is the end of the day that is said.
  if (part === "midnight") return { day: plusDays(stated ?? now.day, 1), time: "00:00" };
  const time = said?.open ? half(hour, part, { stated, now, text }) : hour;
  if (stated === null) {
    // "Tonight" and "this evening" are today's, even late.
    const today = time > now.time || (said?.part !== undefined && said.part !== "morning" && said.part !== "noon");
    const small = part === "night" && time < "06:00";
    return { day: today && !small ? now.day : plusDays(now.day, 1), time };
  }
  const passed = found?.next !== undefined && time <= now.time;
  return { day: passed ? (found?.next ?? stated) : stated, time };
}

/** The hour in the half of the day that people mean. */
function half(
  hour: Time,
  part: DayPart | undefined,
  { stated, now, text }: { stated: Day | null; now: { day: Day; time: Time }; text: string },
): Time {
  if (part !== undefined) return inHalf(hour, part);
  if (LATE.test(text)) return inHalf(hour, "evening");
  if (EARLY.test(text)) return hour;
  const usual = inHalf(hour, undefined);
  const later = inHalf(hour, "evening");
  // At noon "at 8", or "today at 8", is said of the evening.
  const evening = later < "22:00" && later > now.time;
  return usual <= now.time && evening && (stated ?? now.day) === now.day ? later : usual;
}

/** "from 3pm to 5pm", "monday to friday": one expression with an end. */
function joinSpans(text: string, whens: readonly When[]): When[] {
  const joined: When[] = [];
  for (const when of whens) {
    const last = joined.at(-1);
    const gap = last ? text.slice(last.end, when.start) : "";
    // "Move what is due today to friday" is no span of days.
    const spans =
      last &&
      TO.test(gap) &&
      !last.repeats &&
      last.until === undefined &&
      (last.lead === "from" || !/to/i.test(gap) || when.time !== null);
    if (
      last &&
      spans &&
      !when.repeats &&
      !last.problem &&
      !when.problem &&
      (last.time === null) === (when.time === null)
    ) {
      const day = !last.dayStated && when.dayStated ? when.day : last.day;
      const until = { day: when.dayStated ? when.day : last.day, time: when.time };
      joined.splice(-1, 1, { ...last, day, dayStated: last.dayStated || when.dayStated, end: when.end, until });
    } else joined.push(when);
  }
  return joined;
}

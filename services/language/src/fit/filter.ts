import { LEVEL, levelOf, type Marked, PRIORITY, TAGS, WHEN, whenIn } from "../mark/mark.ts";
import type { Filter } from "../types.ts";
import { type Clock, type Day, plusDays, wallClock } from "../when/calendar.ts";
import type { When } from "../when/read-when.ts";

type Found = Partial<Filter> & { said: string };
/** A filter is taken out of the words; what is left must be filler, or the words are no filter at all. */
type Row = {
  readonly pattern: RegExp;
  readonly read: (match: RegExpExecArray, today: Day, marked: Marked) => Found | null;
};

const row = (pattern: string, read: Row["read"]): Row => ({
  pattern: new RegExp(`(?<![\\p{L}\\p{N}])(?:${pattern})(?![\\p{L}\\p{N}])`, "iu"),
  read,
});

const rows: readonly Row[] = [
  row("overdue|past (?:their |its )?due(?: date)?|late", (_, today) => ({
    dueTo: plusDays(today, -1),
    said: "overdue",
  })),
  row(
    "(?:without|with no|that (?:have|has) no|having no|no) (?:a |any )?(?:due )?(?:dates?|deadlines?)|undated|unscheduled",
    () => ({ undated: true, said: "without a date" }),
  ),
  // "What did I finish this week": when it was done, not when it was due.
  row(
    `(?:(?:that )?(?:(?:did|have) )?i(?:'ve)? (?:already )?(?:completed?|done|do|finish(?:ed)?|get done|got done|accomplish(?:ed)?|check(?:ed)? off)|(?:completed|done|finished|checked off|accomplished)) (?:in |during |on |since )?(${WHEN})`,
    ([, symbol], _, marked) => done(whenIn(marked, symbol ?? ""), marked.restore(symbol ?? "")),
  ),
  row(
    `(?:that (?:are|is) |are |is )?(?:due |scheduled |planned )?(?:for |in |from )?(${WHEN})(?:'s)?`,
    ([, symbol], today, marked) => dueWhen(whenIn(marked, symbol ?? ""), today, marked.restore(symbol ?? "")),
  ),
  row(`(?:with (?:an? )?|of |at )?(${PRIORITY})`, ([, symbol = ""], _, marked) => {
    const found = marked.of(symbol);
    return found?.is === "priority" ? { priority: found.priority, said: `with ${found.priority} priority` } : null;
  }),
  row(`urgent|important`, () => ({ priority: "high", said: "with high priority" })),
  row(`(?:with (?:an? )?|of )?(${LEVEL})(?: priority|-priority| prio)`, ([, level]) => {
    const priority = levelOf(level);
    return priority === undefined ? null : { priority, said: `with ${priority} priority` };
  }),
  row(`(${LEVEL}|by priority|priority)(?: ones?)? first`, () => ({ sort: "priority", said: "" })),
  row(`(?:sorted |ordered |sort |order )?by (?:due )?(?:date|deadline)`, () => ({ sort: "due", said: "" })),
  row(`(?:that (?:are|is) |are |is )?(?:in |under |with )?(${TAGS})`, ([, symbol = ""], _, marked) => {
    const found = marked.of(symbol);
    const [tag] = found?.is === "tags" ? found.tags : [];
    return tag === undefined ? null : { status: "all", tag, said: `tagged #${tag}` };
  }),
  row("(?:under|tagged|in) (?:the )?(?:tag|label) ([\\p{L}\\p{N}_-]{1,40})", ([, tag = ""]) => ({
    status: "all",
    tag: tag.toLowerCase(),
    said: `tagged #${tag.toLowerCase()}`,
  })),
  row("deleted|in the trash", () => ({ status: "deleted", said: "" })),
  row(
    "not (?:yet )?(?:done|completed?|finished)|pending|open|unfinished|incomplete|uncompleted|remaining|outstanding|left(?: to do)?|to do|todo next|active|upcoming",
    () => ({ status: "open", said: "" }),
  ),
  row(
    "(?:(?:have|did) i (?:already )?(?:completed?|done|do|finish(?:ed)?|got done|get done|accomplish(?:ed)?|check(?:ed)? off)|i(?:'ve| have) (?:completed|done|finished)|completed?|done|finished|checked(?: off)?|accomplished)",
    () => ({ status: "done", said: "" }),
  ),
];

/** What a filter says, and the words that none of its rows took. */
export function takeFilter(
  text: string,
  marked: Marked,
  clock: Clock,
): { filter: Partial<Filter>; said: string; rest: string; found: boolean } {
  const today = wallClock(clock.now, clock.zone).day;
  let rest = text;
  let filter: Partial<Filter> = {};
  const said: string[] = [];
  let found = false;
  for (const { pattern, read } of rows) {
    const match = pattern.exec(rest);
    const part = match && read(match, today, marked);
    if (!match || !part) continue;
    const { said: words, ...more } = part;
    // What was done has its day already; "done" then says nothing new.
    filter = { ...filter, ...more };
    if (words !== "") said.push(words);
    rest = `${rest.slice(0, match.index)} ${rest.slice(match.index + match[0].length)}`;
    found = true;
  }
  return { filter, said: said.join(", "), rest: rest.replace(/\s+/g, " ").trim(), found };
}

function done(when: When | undefined, words: string): Found | null {
  if (!when?.day || when.problem) return null;
  const [from, to] = when.range ?? [when.day, /since/.test(when.lead) ? "9999-12-31" : when.day];
  return { status: "done", doneFrom: from, doneTo: to, said: words };
}

function dueWhen(when: When | undefined, today: Day, words: string): Found | null {
  if (!when?.day || when.repeats || when.problem) return null;
  const said = /^due/i.test(words) ? words : `due ${words}`;
  const until = when.until?.day ?? null;
  if (until !== null) return { dueFrom: when.day, dueTo: until, said };
  if (/before/.test(when.lead)) return { dueTo: plusDays(when.day, -1), said };
  if (/after/.test(when.lead)) return { dueFrom: plusDays(when.range?.[1] ?? when.day, 1), said };
  if (/since|from/.test(when.lead)) return { dueFrom: when.day, said };
  if (/by|until|till|no later/.test(when.lead)) return { dueTo: when.range?.[1] ?? when.day, said };
  if (when.range === undefined) return { dueFrom: when.day, dueTo: when.day, said };
  const [from, to] = when.range;
  // Of this week, what is still to come; what is late is asked for as "overdue".
  return { dueFrom: from < today && to >= today ? today : from, dueTo: to, said };
}

import type { Command, ListFilter } from "./commands.ts";
import { onlyDate } from "./dates.ts";
import { levelText, readLevel } from "./details.ts";
import type { Masked } from "./normalise.ts";

type Draft = { -readonly [Key in keyof ListFilter]?: ListFilter[Key] } & { about?: string };

/** A filter is taken out of the sentence; whatever is then left must be filler, or the sentence is no list at all. */
type FilterRow = {
  readonly pattern: RegExp;
  readonly read: (said: string, masked: Masked) => Draft | null;
};

const day = (dueAfter: string | null, dueBefore: string | null, about: string): Draft => ({
  dueAfter,
  dueBefore,
  about,
});
const due = (pattern: RegExp, dueAfter: string | null, dueBefore: string, about: string): FilterRow => ({
  pattern,
  read: () => day(dueAfter, dueBefore, about),
});

// `dueBefore` and `dueAfter` leave their own day out, hence "1 day after". chrono reads each of these the same on any
// weekday ("next monday" is always the coming one, "this friday" is today on a Friday).
const filters: readonly FilterRow[] = [
  due(/\b(?:overdue|past (?:their )?due(?: date)?|late|past its due date)\b/i, null, "today", "overdue"),
  due(/\b(?:due |for |in )?(?:the )?next (?:7|seven) days\b/i, "yesterday", "in 8 days", "due in the next 7 days"),
  due(/\b(?:due |for |in )?next week\b/i, "1 day before next monday", "7 days after next monday", "due next week"),
  due(/\b(?:due |for )?this month\b/i, "yesterday", "1 day after end of the month", "due this month"),
  due(/\b(?:due |for |by |on )?(?:this|the) week(?:'s)?\b/i, "yesterday", "next monday", "due this week"),
  due(/\b(?:due |for |by |on )?(?:the )?today(?:'s)?\b/i, "yesterday", "tomorrow", "due today"),
  due(/\b(?:due |for |by |on )?tomorrow(?:'s)?\b/i, "today", "in 2 days", "due tomorrow"),
  {
    pattern: /\b(?:that (?:are|is) )?due (before|after|by|on|until)? ?(.{3,60})$/i,
    read: (said) => {
      const [, word = "on", phrase = ""] = /due (before|after|by|on|until)? ?(.+)$/i.exec(said) ?? [];
      const found = onlyDate(phrase);
      if (found === null) return null;
      const date = /^(?:mon|tues|wednes|thurs|fri|satur|sun)day$/i.test(found) ? `this ${found}` : found;
      if (/before/i.test(word)) return day(null, date, `due before ${found}`);
      if (/after/i.test(word)) return day(date, null, `due after ${found}`);
      if (/by|until/i.test(word)) return day(null, `1 day after ${date}`, `due by ${found}`);
      return day(`1 day before ${date}`, `1 day after ${date}`, `due ${found}`);
    },
  },
  {
    pattern: new RegExp(
      `\\b(?:with |of |at )?(?:an? )?(?:${levelText})[ -]priority\\b|\\bpriority (?:is )?(?:high|medium|low)\\b|\\b(?:urgent|important|p[123])\\b`,
      "i",
    ),
    read: (said) => {
      const priority = readLevel(new RegExp(`\\b(?:${levelText})\\b`, "i").exec(said)?.[0]);
      return priority === null ? null : { priority, about: `with ${priority} priority` };
    },
  },
  {
    pattern:
      /(?:\b(?:that are )?(?:tagged|labell?ed|with (?:the )?(?:tag|label)|under|tag|label)(?: with| as)? #?|#)([\p{L}][\p{L}\p{N}_-]{0,39})/iu,
    read: (said) => {
      const tag = /([\p{L}\p{N}_-]+)$/u.exec(said)?.[1]?.toLowerCase();
      return tag === undefined ? null : { status: "all", tag, about: `tagged #${tag}` };
    },
  },
  {
    pattern: /\b(?:about|containing|matching|mentioning|named|called|that (?:say|mention|contain))\s.{1,200}$/i,
    read: (said, masked) => find(said.replace(/^(?:that )?\S+\s/i, ""), masked),
  },
  {
    pattern:
      /\b(?:not (?:yet )?(?:done|completed?|finished)|pending|open|unfinished|incomplete|uncompleted|remaining|outstanding|left(?: to do)?|to do|todo next|active|upcoming)\b(?! list)/i,
    read: () => ({ status: "open" }),
  },
  {
    pattern:
      /\b(?:(?:have|did) i (?:already )?(?:completed?|done|do|finish(?:ed)?|got done|get done|accomplish(?:ed)?|check(?:ed)? off)|i(?:'ve| have) (?:completed|done|finished)|completed?|done|finished|checked(?: off)?|accomplished)\b/i,
    read: () => ({ status: "done" }),
  },
];

const lead =
  /^(?:(?:show|list|display|print|view|see|get|give|tell|read|bring up|pull up|check|what|whats|what's|what're|which|how many|how much|do i have|have i|did i|are there|is there|any|anything|who's)\b)/i;
const filler =
  /^(?:show|list|lists|display|print|view|see|get|give|tell|read|out|bring|up|pull|check|what|whats|what's|what're|which|how|many|much|do|does|i|i've|have|has|did|are|is|there|there's|any|anything|something|me|us|my|mine|our|all|everything|every|the|a|of|on|in|for|to|with|that|tasks?|todos?|to-dos?|items?|ones?|things?|task's|list|stuff|still|currently|current|right|got|need|needs|be|so|far|yet|again|already|now|at|it|and|coming|due|plate|agenda|just|only|please|should|next|done)$/i;
const noun = /\b(?:tasks?|todos?|to-dos?|to do list|list|items|everything|everything's|plate|agenda|next)\b/i;
const search =
  /^(?:find|search(?: for)?|look for|look up|where is|where's|do i have (?:a|any) tasks? (?:about|for|to|called|named))\s+(.{1,200})$/i;

/** Reads a wish to see tasks. Null unless every word of it is understood. */
export function readList(text: string, masked: Masked): (Command & { do: "list"; leads: boolean }) | null {
  if (text.length > 300) return null;
  const searched = search.exec(text)?.[1];
  if (searched !== undefined) {
    const draft = find(searched, masked);
    return draft === null ? null : { ...listOf(draft), leads: true };
  }
  const leads = lead.test(text);
  // Without "show" or "what", only a bare noun phrase is a list: "overdue", "open tasks", "my tasks".
  if (
    !leads &&
    /^(?:complete|finish|close|done|to|it|that|read|late|now|i|work)\b/i.test(text) &&
    !/^done tasks$/i.test(text)
  )
    return null;
  const { rest, draft, filtered } = takeFilters(text, masked);
  const leftOver = rest.split(/[\s,]+/).filter((word) => word !== "");
  if (!leftOver.every((word) => filler.test(word))) return null;
  if (!filtered && !noun.test(text) && !(leads && /\ball\b/i.test(text))) return null;
  if (!leads && !filtered && leftOver.length > 3) return null;
  // "What did I do today?" asks when something was done; the lists know only when it was due.
  if (draft.status === "done" && (draft.dueAfter ?? draft.dueBefore ?? null) !== null) return null;
  const everything = /\b(?:all|everything|every)\b/i.test(rest) && !filtered;
  return { ...listOf(everything ? { ...draft, status: "all" } : draft), leads };
}

function takeFilters(text: string, masked: Masked): { rest: string; draft: Draft; filtered: boolean } {
  let rest = text;
  let draft: Draft = {};
  let filtered = false;
  for (const row of filters) {
    const said = row.pattern.exec(rest)?.[0];
    if (said === undefined) continue;
    const read = row.read(said.trim(), masked);
    if (read === null) continue;
    const about = [draft.about, read.about].filter((part) => part !== undefined).join(", ");
    draft = { ...draft, ...read, ...(about === "" ? {} : { about }) };
    rest = rest.replace(said, " ");
    filtered = true;
  }
  return { rest, draft, filtered };
}

function find(said: string, masked: Masked): Draft | null {
  const text = said
    .replace(/^(?:(?:my|the|all|any|tasks?|todos?|items?|for|about|with|called|named|containing)\s+)+/i, "")
    .replace(/\s+(?:tasks?|todos?|items?)$/i, "")
    .trim();
  const query = (masked.quoted(text) ?? masked.restore(text)).slice(0, 200);
  if (query === "") return null;
  const tag = /^#([\p{L}\p{N}_-]+)$/u.exec(query)?.[1]?.toLowerCase();
  if (tag !== undefined) return { status: "all", tag, about: `tagged #${tag}` };
  return { status: "all", query, about: `about "${query}"` };
}

function listOf(draft: Draft): Command & { do: "list" } {
  const { about = "", ...given } = draft;
  const nothing = { query: null, tag: null, priority: null, dueBefore: null, dueAfter: null };
  return { do: "list", filter: { status: "open", ...nothing, ...given }, about };
}

import { type Marked, quoteIn, TAGS } from "../mark/mark.ts";
import type { Filter, Frame } from "../types.ts";
import type { Clock } from "../when/calendar.ts";
import { takeFilter } from "./filter.ts";
import { readSelection } from "./selection.ts";

const lead =
  /^(?:(?:show|list|display|print|view|see|get|give|tell|read|bring up|pull up|check|what|whats|what's|what're|which|how many|how much|do i have|have i|did i|are there|is there|any|anything|who's|am i)\b)/i;
const order =
  /^(?:clear|empty|wipe|delete|remove|drop|kill|bin|add|new|create|mark|check|tick|move|make|set|tag|untag|undo|restore|cancel)\b/i;
const filler =
  /^(?:show|list|lists|display|print|view|see|get|give|tell|read|out|bring|up|pull|check|what|whats|what's|what're|which|how|many|much|do|does|i|i've|have|has|did|are|is|am|there|there's|any|anything|something|me|us|my|mine|our|all|everything|every|the|a|of|on|in|for|to|with|that|tasks?|todos?|to-dos?|items?|ones?|things?|task's|list|stuff|still|currently|current|right|got|need|needs|be|so|far|yet|again|already|now|at|it|and|coming|due|plate|agenda|just|only|please|should|next|done|go|going|happening|planned|scheduled|free|first|sorted|must)$/i;
const noun = /\b(?:tasks?|todos?|to-dos?|to do list|list|items|everything|everything's|plate|agenda|next)\b/i;
const search =
  /^(?:find|search(?: for)?|look for|look up|where is|where's|show me|do i have (?:a|any) tasks? (?:about|for|to|called|named))\s+(?<query>.{1,200})$/is;
const aboutWords =
  /(?<![\p{L}])(?:about|containing|matching|mentioning|named|called|that (?:say|mention|contain))\s(?<query>.{1,200})$/iu;

/** A wish to see tasks, and whether it opens with a word that asks for it. Null unless every word of it is understood. */
export function readFind(text: string, marked: Marked, clock: Clock): { frame: Frame; leads: boolean } | null {
  if (text.length > 300) return null;
  const leads = lead.test(text);
  const filtered = fromFilters(text, marked, clock, leads);
  if (filtered !== null) return { frame: filtered, leads };
  const query = search.exec(text)?.groups?.["query"];
  if (query === undefined) return null;
  // "Show me that one" names what was shown before.
  if (readSelection(query, marked, clock)?.by === "shown") return null;
  const frame = searched(query, marked);
  return frame && { frame, leads: true };
}

function fromFilters(text: string, marked: Marked, clock: Clock, leads: boolean): Frame | null {
  // Without "show" or "what", only a bare noun phrase is a list: "overdue", "open tasks", "my tasks".
  if (
    !leads &&
    /^(?:complete|finish|close|done|to|it|that|read|late|now|i|work)\b/i.test(text) &&
    !/^done tasks$/i.test(text)
  ) {
    return null;
  }
  const about = leads ? aboutWords.exec(text) : null;
  const query = about?.groups?.["query"];
  const { filter, said, rest, found } = takeFilter(about ? text.slice(0, about.index) : text, marked, clock);
  const words = query === undefined ? undefined : searched(query, marked);
  if (words === null) return null;
  const leftOver = rest.split(/[\s,]+/).filter((word) => word !== "" && !filler.test(word));
  const label = labelIn(rest, leftOver);
  if (leftOver.length > 0 && label === undefined) return null;
  const narrowed = found || label !== undefined || words !== undefined;
  if (!narrowed && !noun.test(text) && !(leads && /\ball\b/i.test(text))) return null;
  if (!leads && !found && rest.split(/\s+/).length > 3) return null;
  if (!leads && label !== undefined && (!/\b(?:tasks|todos|list)\b/i.test(rest) || order.test(text))) return null;
  // A time alone is no wish to see anything: "friday".
  if (
    !leads &&
    found &&
    !noun.test(text) &&
    !/^(?:overdue|pending|upcoming|unfinished|outstanding|due\b)/i.test(marked.restore(text)) &&
    !isTags(text)
  )
    return null;
  const everything = /\b(?:all|everything|every)\b/i.test(rest) && !narrowed;
  const status = filter.status ?? (everything || words !== undefined ? "all" : "open");
  return {
    do: "find",
    filter: {
      ...filter,
      ...(words && "filter" in words ? words.filter : {}),
      ...(label !== undefined && { label }),
      status,
    },
    said: [said, label === undefined ? "" : `of “${label}”`, words && "said" in words ? words.said : ""]
      .filter(Boolean)
      .join(", "),
  };
}

function isTags(text: string): boolean {
  return new RegExp(`^${TAGS}(?: ${TAGS})*$`).test(text);
}

/** "shopping tasks", "work list": one word before the noun. */
function labelIn(rest: string, leftOver: readonly string[]): string | undefined {
  const [only] = leftOver;
  if (only === undefined || leftOver.length > 1) return undefined;
  const words = rest.split(/[\s,]+/);
  const noun = words[words.indexOf(only) + 1] ?? "";
  const follows = /^(?:tasks?|todos?|list|items|stuff|things)$/i.test(noun);
  return follows && /^[\p{L}][\p{L}\p{N}_-]{1,39}$/u.test(only) ? only.toLowerCase() : undefined;
}

function searched(said: string, marked: Marked): { do: "find"; filter: Filter; said: string } | null {
  const text = said
    .replace(/^(?:(?:my|the|all|any|tasks?|todos?|items?|for|about|with|called|named|containing)\s+)+/i, "")
    .replace(/\s+(?:tasks?|todos?|items?)$/i, "")
    .trim();
  const only = marked.of(text);
  if (only?.is === "tags" && only.tags[0] !== undefined) {
    return { do: "find", filter: { status: "all", tag: only.tags[0] }, said: `tagged #${only.tags[0]}` };
  }
  const words = (quoteIn(marked, text) ?? marked.restore(text)).slice(0, 200).trim();
  return words === "" ? null : { do: "find", filter: { status: "all", words }, said: `about "${words}"` };
}

import type { Priority } from "../types.ts";
import type { Clock } from "../when/calendar.ts";
import { findWhens, type When } from "../when/read-when.ts";

/** A span of a text with its meaning. */
export type Mark =
  | { readonly is: "quote"; readonly text: string }
  | { readonly is: "when"; readonly when: When }
  | { readonly is: "priority"; readonly priority: Priority }
  | { readonly is: "tags"; readonly tags: readonly string[] };

/**
 * A text in which each mark is one private-use character, by kind from a range of its own, so that patterns see what a span
 * means and no pattern can read an order or a date out of quotes.
 */
export type Marked = {
  readonly text: string;
  /** What a symbol stands for; undefined for other characters. */
  readonly of: (symbol: string) => Mark | undefined;
  /** A part of the text as it was written. */
  readonly restore: (part: string) => string;
};

const SIZE = 256;
const FIRST = { quote: 0xe000, when: 0xe100, priority: 0xe200, tags: 0xe300 } as const;
const range = (kind: keyof typeof FIRST) =>
  `[\\u${FIRST[kind].toString(16)}-\\u${(FIRST[kind] + SIZE - 1).toString(16)}]`;

/** Pattern text for a mark of each kind. */
export const QUOTE = range("quote");
export const WHEN = range("when");
export const PRIORITY = range("priority");
export const TAGS = range("tags");
export const ANY_MARK = /[\uE000-\uE3FF]/g;

const levels: Readonly<Record<string, Priority>> = {
  high: "high",
  highest: "high",
  top: "high",
  urgent: "high",
  important: "high",
  critical: "high",
  p1: "high",
  "1": "high",
  "!!": "high",
  medium: "medium",
  normal: "medium",
  mid: "medium",
  p2: "medium",
  "2": "medium",
  low: "low",
  lowest: "low",
  p3: "low",
  "3": "low",
  none: "none",
  no: "none",
};
/** Pattern text for a priority's name. */
export const LEVEL = "(?:highest|high|top|urgent|important|critical|medium|normal|mid|lowest|low|none|no|p[123])";

/** The priority that a word names. */
export function levelOf(word: string | undefined): Priority | undefined {
  return levels[(word ?? "").toLowerCase()];
}

const priorityForms: readonly RegExp[] = [
  /(?<=^|\s)!(high|medium|low|urgent|important|p?[123])(?=[\s,.;!?)]|$)/gi,
  /(?<=^|\s)!(!!?)(?=[\s,.;]|$)/g,
  /(?<=^|[\s,;:(])(?:with |as |at |of |has |having )?(?:an? )?(high|highest|top|medium|normal|low|lowest|no)[ -]priority(?=[\s,.;:)!?]|$)/gi,
  /(?<=^|[\s,;:(])(?:with )?priority(?: ?[:=] ?| is | )(high|medium|low|none|p?[123])(?=[\s,.;:)!?]|$)/gi,
  /(?<=^|[\s,;:(])(p[123])(?=[\s,.;:)!?]|$)/gi,
];
const TAG = "#?[\\p{L}\\p{N}_-]{1,40}";
const tagForms: readonly RegExp[] = [
  new RegExp(
    `(?<=^|[\\s,;:(])(?:tagged(?: (?:with|as))?|labell?ed(?: (?:with|as))?|with (?:the )?(?:tags?|labels?)|(?:tags?|labels?):) ?(${TAG}(?:(?:, ?(?:and )?| and | & )${TAG}){0,9})(?=[\\s,.;:)!?]|$)`,
    "giu",
  ),
  // "and tag it shop": more of a new task.
  new RegExp(`(?<=^|[\\s,;:(])tag (?:it|this|them) (?:with |as )?(${TAG})(?=[\\s,.;:)!?]|$)`, "giu"),
  /(?<=^|[\s,(])(#\p{L}[\p{L}\p{N}_-]{0,39})(?=[\s,.;:!?)]|$)/gu,
];

/** Marks quotes, tags, priorities and times, in this order: what is quoted is nothing else, and a tag is no date. */
export function mark(text: string, clock: Clock): Marked {
  const marks = new Map<string, { mark: Mark; written: string }>();
  const counts = { quote: 0, when: 0, priority: 0, tags: 0 };
  const put = (mark: Mark, written: string): string => {
    if (counts[mark.is] >= SIZE) return written;
    const symbol = String.fromCharCode(FIRST[mark.is] + counts[mark.is]++);
    marks.set(symbol, { mark, written });
    return symbol;
  };
  const quote = (span: string) => put({ is: "quote", text: span.slice(1, -1).trim() }, span);
  let marked = text
    .replace(/"[^"\n]{1,400}"/g, quote)
    .replace(/(?<=^|[\s:(,])'(?:[^'\n]|'(?=\p{L})){1,400}'(?=$|[\s.,;:!?)])/gu, quote);
  for (const form of tagForms) {
    marked = marked.replace(form, (span, said: string) => put({ is: "tags", tags: tagsOf(said) }, span));
  }
  for (const form of priorityForms) {
    marked = marked.replace(form, (span, said: string) => {
      const priority = levelOf(said);
      return priority === undefined ? span : put({ is: "priority", priority }, span);
    });
  }
  let shift = 0;
  const source = marked;
  for (const when of findWhens(source, clock)) {
    const symbol = put({ is: "when", when }, source.slice(when.from, when.end));
    marked = marked.slice(0, when.from + shift) + symbol + marked.slice(when.end + shift);
    shift += symbol.length - (when.end - when.from);
  }
  const restore = (part: string): string => {
    // A mark may hold others, as a single-quoted span a double-quoted one.
    const once = part.replace(ANY_MARK, (symbol) => marks.get(symbol)?.written ?? "");
    return once === part ? part : restore(once);
  };
  return { text: marked, of: (symbol) => marks.get(symbol)?.mark, restore };
}

/** The inside of the quotes, when the text is one quoted span and nothing else. */
export function quoteIn(marked: Marked, text: string): string | undefined {
  const found = marked.of(text);
  return found?.is === "quote" ? found.text : undefined;
}

/** The time that a text is, when it is one and nothing else. */
export function whenIn(marked: Marked, text: string): When | undefined {
  const found = marked.of(text);
  return found?.is === "when" ? found.when : undefined;
}

/** "home, work and #errands" */
export function tagsOf(said: string): string[] {
  return said.split(/, ?(?:and )?| and | & | (?=#)/i).map((tag) => tag.trim().replace(/^#/, "").toLowerCase());
}

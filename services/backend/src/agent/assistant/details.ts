import type { TaskPriority } from "@todo/contract";
import { limits } from "@todo/contract";
import { findDate } from "./dates.ts";

/** What a phrase says besides the title. */
export type Details = {
  readonly rest: string;
  readonly due: string | null;
  readonly priority: TaskPriority | null;
  readonly tags: readonly string[];
};

const levels: Readonly<Record<string, TaskPriority>> = {
  high: "high",
  highest: "high",
  top: "high",
  urgent: "high",
  important: "high",
  critical: "high",
  p1: "high",
  "1": "high",
  medium: "medium",
  normal: "medium",
  mid: "medium",
  middle: "medium",
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
export const levelText =
  "highest|high|top|urgent|important|critical|medium|normal|middle|mid|lowest|low|none|no|p[123]";

/** The priority that a word names. */
export function readLevel(word: string | undefined): TaskPriority | null {
  return levels[(word ?? "").toLowerCase().replace(/^!+/, "")] ?? null;
}

const longest = 1_000;
const level = "(high|highest|top|medium|normal|low|lowest|no)";
const priorityPatterns: readonly RegExp[] = [
  /(?:^|\s)!(high|medium|low|urgent|important|p?[123])(?=[\s,.]|$)/i,
  new RegExp(`(?:^|[\\s,(]+)(?:with|as|at|of|has|having) (?:an? )?${level}[ -]priority\\)?(?=[\\s,.]|$)`, "i"),
  new RegExp(`(?:^|[\\s,(]+)(?:and )?${level}[ -]priority\\)?$`, "i"),
  new RegExp(`^(?:with (?:an? )?)?${level}[ -]priority(?: task)?(?: to |[:, -]+)`, "i"),
  /(?:^|[\s,(]+)(?:with )?priority(?::| is| =)? ?(high|medium|low|none|p?[123])\)?(?=[\s,.]|$)/i,
  /(?:^|[\s,(]+)(p[123])\)?$/i,
  /^(p[123])[:, ]+/i,
  /(?:^|[\s,(-]+)(?:and )?(?:it's |it is |this is |that's |as |very |super |is )*(urgent)(?:ly)?\)?$/i,
  /(?:[,(-]\s*|\s(?:it's|it is|this is|that's|as|very|and) )(?:very )?(important)\)?$/i,
  /^(urgent|important)(?:[:,!-]+\s*| task(?: to|:)? )/i,
];
const hashTag = /(?:^|[\s,(])#(\p{L}[\p{L}\p{N}_-]{0,39})(?=[\s,.;:!?)]|$)/gu;
const tagWords =
  /(?:^|[\s,(]+)(?:and )?(?:tagged(?: (?:with|as))?|labell?ed(?: (?:with|as))?|with (?:the )?(?:tags?|labels?)|tags?:) ?((?:#?[\p{L}\p{N}_-]{1,40})(?:(?:, ?(?:and )?| and | & )#?[\p{L}\p{N}_-]{1,40}){0,9})\)?$/iu;

/** Takes date, priority and tags out of a phrase. Quoted text is one masked character here, so it is never read. */
export function readDetails(phrase: string): Details {
  // Longer than any sentence: a paste, which is kept as it is.
  if (phrase.length > longest) return { rest: clean(phrase), due: null, priority: null, tags: [] };
  let rest = withoutBrackets(phrase.trim());
  let due: string | null = null;
  let priority: TaskPriority | null = null;
  const tags = new Set<string>();
  rest = rest.replace(hashTag, (_, tag: string) => {
    tags.add(tag.toLowerCase());
    return " ";
  });
  rest = clean(rest);
  // A label may hide another one behind it: "tomorrow, high priority, tagged home".
  for (let before = ""; before !== rest; ) {
    before = rest;
    const labels = tagWords.exec(rest);
    if (labels !== null) {
      for (const tag of (labels[1] ?? "").split(/, ?(?:and )?| and | & /i))
        tags.add(tag.replace(/^#/, "").toLowerCase());
      rest = clean(rest.slice(0, labels.index));
    }
    if (priority === null) {
      const found = priorityPatterns.map((pattern) => pattern.exec(rest)).find((match) => match !== null);
      if (found) {
        priority = readLevel(found[1]);
        rest = clean(`${rest.slice(0, found.index)} ${rest.slice(found.index + found[0].length)}`);
      }
    }
    if (due === null) {
      const date = findDate(rest);
      if (date !== null) {
        due = date.phrase;
        if (date.span) break;
        rest = clean(`${rest.slice(0, date.start)} ${rest.slice(date.end)}`);
      }
    }
  }
  return { rest, due, priority, tags: [...tags].filter((tag) => tag !== "").slice(0, limits.tagsPerTask) };
}

/** "Pay rent (tomorrow, high priority)": brackets around nothing but details are commas. */
function withoutBrackets(phrase: string): string {
  const [brackets = "", inside = ""] = /\s*\(([^()]{1,200})\)$/.exec(phrase.slice(-220)) ?? [];
  return inside !== "" && readDetails(inside).rest === "" ? `${phrase.slice(0, -brackets.length)}, ${inside}` : phrase;
}

/** Whether the phrase said anything but a title. */
export function hasDetails(details: Details): boolean {
  return details.due !== null || details.priority !== null || details.tags.length > 0;
}

function clean(text: string): string {
  return text
    .replace(/ {2,}/g, " ")
    .replace(/ (?=[,;:])/g, "")
    .replace(/\( ?\)/g, "")
    .replace(/^[\s,;:-]+/, "")
    .replace(/(?:[\s,;:]| -| and)+$/i, "");
}

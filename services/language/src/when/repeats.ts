import { anyOf, COUNT, MONTH, ORDINAL, spans, WEEKDAY } from "./words.ts";

const UNIT = `(?:${anyOf(spans)}|weekday|workday|work day|business day|morning|afternoon|evening|hour|minute|${WEEKDAY}|${MONTH})s?`;
const EVERY = `(?:every|each)(?: (?:single|other|second|third|${COUNT}|${ORDINAL}))*`;
const REPEAT = new RegExp(
  `(?:${EVERY} ${UNIT}(?:(?:,| and|,? or) ${UNIT})*|(?:daily|weekly|biweekly|fortnightly|monthly|quarterly|yearly|annually|nightly|hourly)|` +
    `(?:once|twice|${COUNT} times) (?:a|per|each) ${anyOf(spans)}|on weekdays|on weekends)(?![\\p{L}\\p{N}_-])`,
  "iuy",
);

/** Where a repeat that begins at `at` ends, as in "every other day"; undefined when none does. */
export function readRepeat(text: string, at: number): number | undefined {
  REPEAT.lastIndex = at;
  const match = REPEAT.exec(text);
  return match === null ? undefined : at + match[0].length;
}

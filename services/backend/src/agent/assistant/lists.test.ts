import { expect, test } from "vitest";
import { resolveDue } from "../../domain/due-dates.ts";
import { readList } from "./lists.ts";
import { maskQuotes } from "./normalise.ts";

const days = ["23", "24", "25", "26", "27", "28", "29"].map((day) => new Date(`2026-11-${day}T12:00:00Z`));

/** The first and the last day that a list shows, by the server's own reading of the phrases. */
async function span(sentence: string, now: Date): Promise<string> {
  const list = readList(sentence, maskQuotes(sentence));
  const day = async (phrase: string | null | undefined, shift: number) => {
    if (!phrase) return "";
    const { date } = await resolveDue(phrase, now, "UTC");
    return new Date(Date.parse(date) + shift * 86_400_000).toISOString().slice(5, 10);
  };
  return `${await day(list?.filter.dueAfter, 1)}..${await day(list?.filter.dueBefore, -1)}`;
}

test.each([
  ["what is due this week", (now: Date) => `${now.toISOString().slice(5, 10)}..11-29`],
  ["what is due next week", () => "11-30..12-06"],
  ["what is due this month", (now: Date) => `${now.toISOString().slice(5, 10)}..11-30`],
  ["what is due by 5 december", () => "..12-05"],
  ["what is due on 5 december", () => "12-05..12-05"],
])("%s: the right days on each weekday", async (sentence, expected) => {
  for (const now of days) expect(await span(sentence, now)).toBe(expected(now));
});

test.each([
  ["what is due today", "11-23..11-23"],
  ["what is due tomorrow", "11-24..11-24"],
  ["overdue", "..11-22"],
  ["what is due by friday", "..11-27"],
  ["what is due on friday", "11-27..11-27"],
  ["what is due before friday", "..11-26"],
  ["what is due after friday", "11-28.."],
  ["what is due in the next 7 days", "11-23..11-30"],
])("%s, asked on a Monday", async (sentence, expected) => {
  expect(await span(sentence, days[0] ?? new Date())).toBe(expected);
});

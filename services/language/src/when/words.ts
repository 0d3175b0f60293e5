/** The words of which dates, times and lengths are made, each table as pattern text and as values. */

export const numbers: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  "a couple of": 2,
  "a couple": 2,
  three: 3,
  "a few": 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fifteen: 15,
  twenty: 20,
  thirty: 30,
  ninety: 90,
};

/** With how people type them in haste. */
export const weekdays: Readonly<Record<string, number>> = {
  monday: 1,
  mon: 1,
  tuesday: 2,
  tues: 2,
  tue: 2,
  wednesday: 3,
  wensday: 3,
  wednsday: 3,
  weds: 3,
  wed: 3,
  thursday: 4,
  thurs: 4,
  thur: 4,
  thu: 4,
  friday: 5,
  fri: 5,
  saturday: 6,
  saterday: 6,
  sat: 6,
  sunday: 7,
  sun: 7,
};

export const months: Readonly<Record<string, number>> = {
  january: 1,
  jan: 1,
  february: 2,
  febuary: 2,
  feb: 2,
  march: 3,
  mar: 3,
  april: 4,
  apr: 4,
  may: 5,
  june: 6,
  jun: 6,
  july: 7,
  jul: 7,
  august: 8,
  aug: 8,
  september: 9,
  sept: 9,
  sep: 9,
  october: 10,
  oct: 10,
  november: 11,
  nov: 11,
  december: 12,
  dec: 12,
};

/** In days or months: they are counted on the calendar. */
export const spans: Readonly<Record<string, { days: number } | { months: number }>> = {
  day: { days: 1 },
  night: { days: 1 },
  week: { days: 7 },
  wk: { days: 7 },
  fortnight: { days: 14 },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { months: 12 },
  yr: { months: 12 },
};

/** In minutes: they are counted on the clock. */
export const minutes: Readonly<Record<string, number>> = {
  minute: 1,
  min: 1,
  hour: 60,
  hr: 60,
  h: 60,
};

const ordinals: readonly string[] = [
  "first",
  "second",
  "third",
  "fourth",
  "fifth",
  "sixth",
  "seventh",
  "eighth",
  "ninth",
  "tenth",
];

/** The number that an ordinal such as "3rd" or "third" stands for. */
export function ordinalOf(word: string): number {
  const digits = Number.parseInt(word, 10);
  return Number.isNaN(digits) ? ordinals.indexOf(word.toLowerCase()) + 1 : digits;
}

/** Any of the words, the longest first, so that "tuesday" is not read as "tues". */
export function anyOf(words: Readonly<Record<string, unknown>> | readonly string[]): string {
  const list = Array.isArray(words) ? words : Object.keys(words);
  return `(?:${[...list].sort((a, b) => b.length - a.length).join("|")})`;
}

export const COUNT = `(?:\\d{1,4}|${anyOf(numbers)})`;
export const WEEKDAY = anyOf(weekdays);
export const MONTH = anyOf(months);
export const ORDINAL = `(?:\\d{1,2}(?:st|nd|rd|th)|${anyOf(ordinals)})`;
/** A day of a month by its number. */
export const DATE = "(?:\\d{1,2}(?:st|nd|rd|th)?)";

export function countOf(word: string): number {
  return numbers[word.toLowerCase().replace(/\s+/g, " ")] ?? Number(word);
}

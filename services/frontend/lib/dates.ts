import type { Due } from "@todo/contract";

/** The language of the page is English; its regional forms are the reader's, when that is an English one too. */
export function dateLocale(language: string | undefined = globalThis.navigator?.language): string {
  return language?.startsWith("en") ? language : "en-GB";
}

/** A due date in full, as its owner meant it: `Fri, 27 Nov 2026, 17:00`, with the zone when the reader is elsewhere. */
export function formatDue(due: Due, locale = dateLocale(), readerZone = localZone()): string {
  const zone = due.time !== null && due.zone !== readerZone ? ` (${due.zone})` : "";
  return formatWallClock(due.date, due.time, locale) + zone;
}

export type DueState = "overdue" | "today" | "later";

/** Where a due date stands against now, in the zone in which it was meant. */
export function dueState(due: Due, now: Date): DueState {
  const { date, time } = wallClock(now, due.zone);
  if (due.date !== date) return due.date < date ? "overdue" : "later";
  return due.time !== null && due.time < time ? "overdue" : "today";
}

/** A moment in the reader's own zone: `23 Nov 2026, 14:05`. */
export function formatMoment(iso: string, locale = dateLocale()): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Local date and time in a zone, as `YYYY-MM-DD` and `HH:MM`. */
export function wallClock(now: Date, zone: string): { date: string; time: string } {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" });
  const [date = "", time = ""] = format.format(now).split(" ");
  return { date, time };
}

function formatWallClock(date: string, time: string | null, locale: string): string {
  // Read and written as UTC: a day without a zone must not slip to its neighbour.
  const day: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
  const moment = new Date(`${date}T${time ?? "00:00"}:00Z`);
  const dayText = new Intl.DateTimeFormat(locale, { ...day, timeZone: "UTC" }).format(moment);
  if (time === null) return dayText;
  const timeText = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone: "UTC" }).format(moment);
  return `${dayText}, ${timeText}`;
}

/** A calendar day without a zone, `YYYY-MM-DD`. */
export type Day = string;
/** A wall-clock time without a zone, `HH:MM`. */
export type Time = string;

/** The moment at which something was said, and where: an IANA zone such as `Europe/Berlin`. */
export type Clock = {
  readonly now: Date;
  readonly zone: string;
  /** Whether 3/4 is the third of April, as nearly everywhere, or the fourth of March, as where English is spoken in America. */
  readonly dayFirst?: boolean;
};

export type Moment = { readonly day: Day; readonly time: Time };

const MINUTE = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall shows in `zone` at an instant, whatever the zone of this process. */
export function wallClock(instant: Date, zone: string): Moment {
  const known = formats.get(zone);
  const format =
    known ??
    new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
  if (!known) formats.set(zone, format);
  const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? "";
  return {
    day: `${get("year").padStart(4, "0")}-${get("month")}-${get("day")}`,
    time: `${get("hour")}:${get("minute")}`,
  };
}

/** So many minutes after now, as the wall shows it then: hours are added to the instant, whatever the clocks do. */
export function inMinutes({ now, zone }: Clock, minutes: number): Moment {
  return wallClock(new Date(now.getTime() + minutes * MINUTE), zone);
}

/** The day with these numbers; null when there is none, as with 31 February. */
export function dayOf(year: number, month: number, date: number): Day | null {
  const at = utc(year, month, date);
  const same = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === date;
  return same && year >= 1 && year <= 9999 ? format(at) : null;
}

export function plusDays(day: Day, days: number): Day {
  const { year, month, date } = partsOf(day);
  return format(utc(year, month, date + days));
}

/** A month after 31 January is the last day of February. */
export function plusMonths(day: Day, months: number): Day {
  const { year, month, date } = partsOf(day);
  const last = utc(year, month + months + 1, 0).getUTCDate();
  return format(utc(year, month + months, Math.min(date, last)));
}

export function endOfMonth(day: Day): Day {
  const { year, month } = partsOf(day);
  return format(utc(year, month + 1, 0));
}

/** From 1, Monday, to 7, Sunday. */
export function weekdayOf(day: Day): number {
  const { year, month, date } = partsOf(day);
  return utc(year, month, date).getUTCDay() || 7;
}

/** The Monday of the day's week. */
export function mondayOf(day: Day): Day {
  return plusDays(day, 1 - weekdayOf(day));
}

export function partsOf(day: Day): { year: number; month: number; date: number } {
  const [year = 0, month = 0, date = 0] = day.split("-").map(Number);
  return { year, month, date };
}

/** `HH:MM`; null when there is no such time. */
export function timeOf(hour: number, minute = 0): Time | null {
  if (hour > 23 || minute > 59) return null;
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

function utc(year: number, month: number, date: number): Date {
  const at = new Date(0);
  // `Date.UTC` takes years below 100 for those of the last century.
  at.setUTCFullYear(year, month - 1, date);
  return at;
}

function format(at: Date): Day {
  return `${String(at.getUTCFullYear()).padStart(4, "0")}-${at.toISOString().slice(-19, -14)}`;
}

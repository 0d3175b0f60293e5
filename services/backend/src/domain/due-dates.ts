import { type Due, localDateSchema } from "@todo/contract";
import { AppError } from "./app-error.ts";
import { cutText } from "./cut-text.ts";

const LOCAL = /^(\d{4}-\d{2}-\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::\d{2})?)?$/;

/**
 * When something is due: `phrase` is a local `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`, or words such as "next friday at 5pm",
 * meant in the IANA zone `zone` at the moment `now`. The result is local: a day, perhaps a time, and the zone.
 * @throws AppError `due_not_understood`
 */
export async function resolveDue(phrase: string, now: Date, zone: string): Promise<Due> {
  const local = LOCAL.exec(phrase.trim());
  if (local?.[1]) {
    if (!isDay(local[1])) throw notUnderstood(phrase);
    return { date: local[1], time: local[2] ? `${local[2]}:${local[3]}` : null, zone };
  }
  // Loaded at the first phrase rather than at start.
  const { casual } = await import("chrono-node");
  const [found] = casual.parse(phrase, wallClock(now, zone), { forwardDate: true });
  if (!found) throw notUnderstood(phrase);
  const { start } = found;
  const day = [start.get("year"), start.get("month"), start.get("day")];
  const date = day.map((n, i) => String(n).padStart(i === 0 ? 4 : 2, "0")).join("-");
  if (!isDay(date)) throw notUnderstood(phrase);
  const hasTime = start.isCertain("hour");
  const time = hasTime ? `${pad(start.get("hour"))}:${pad(start.get("minute"))}` : null;
  return { date, time, zone };
}

/** Today's date in a zone, `YYYY-MM-DD`. */
export function localDate(now: Date, zone: string): string {
  const known = days.get(zone);
  const day = known ?? new Intl.DateTimeFormat("en-CA", { timeZone: zone, dateStyle: "short" });
  if (!known) days.set(zone, day);
  return day.format(now);
}

/** Making a formatter takes longer than a query; there are some hundred zones. */
const days = new Map<string, Intl.DateTimeFormat>();

/**
 * Now as the zone's wall clock shows it, in the fields of a `Date` of this process: chrono reckons with those, so
 * neither the server's zone nor a daylight-saving change between now and the due day can move the result.
 */
function wallClock(now: Date, zone: string): Date {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(now);
  const get = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value);
  return new Date(get("year"), get("month") - 1, get("day"), get("hour"), get("minute"), get("second"));
}

function isDay(date: string): boolean {
  return localDateSchema.safeParse(date).success;
}

function pad(n: number | null): string {
  return String(n ?? 0).padStart(2, "0");
}

function notUnderstood(phrase: string): AppError {
  return new AppError("due_not_understood", `"${cutText(phrase, 60)}" is no date that I understand.`);
}

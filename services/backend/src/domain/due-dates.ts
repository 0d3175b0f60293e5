import { type Due, localDateSchema } from "@todo/contract";
import { readWhen, wallClock } from "@todo/language";
import { AppError } from "./app-error.ts";
import { cutText } from "./cut-text.ts";

const LOCAL = /^(\d{4}-\d{2}-\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * When something is due: `phrase` is a local `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM`, or words such as "next friday at 5pm",
 * meant in the IANA zone `zone` at the moment `now`. An offset behind a time is not looked at: models that write one mean
 * the user's own clock all the same. The result is local: a day, perhaps a time, and the zone.
 * @throws AppError `due_not_understood`
 */
export function resolveDue(phrase: string, now: Date, zone: string): Due {
  const local = LOCAL.exec(phrase.trim());
  if (local?.[1]) {
    if (!isDay(local[1])) throw notUnderstood(phrase);
    return { date: local[1], time: local[2] ? `${local[2]}:${local[3]}` : null, zone };
  }
  const when = readWhen(phrase.replace(/\s*\([^()]*\)$/, ""), { now, zone });
  if (when?.problem) throw new AppError("due_not_understood", `${when.problem}.`);
  if (when?.repeats) throw new AppError("due_not_understood", `"${cutText(phrase, 60)}": tasks can't repeat yet.`);
  if (!when?.day || !isDay(when.day)) throw notUnderstood(phrase);
  return { date: when.day, time: when.time, zone };
}

/** Today's date in a zone, `YYYY-MM-DD`. */
export function localDate(now: Date, zone: string): string {
  return wallClock(now, zone).day;
}

function isDay(date: string): boolean {
  return localDateSchema.safeParse(date).success;
}

function notUnderstood(phrase: string): AppError {
  return new AppError("due_not_understood", `"${cutText(phrase, 60)}" is no date that I understand.`);
}

import { sql } from "kysely";

/** A column of type timestamptz as text, for rows of which many are read: `Date`s take longer than all else of them. */
export function asText(column: string) {
  return sql<string>`${sql.ref(column)}::text`;
}

/** The same of a column that may be null. */
export function asTextOrNull(column: string) {
  return sql<string | null>`${sql.ref(column)}::text`;
}

/** How PostgreSQL shows a time in UTC: to the microsecond, without the zeros at the end. */
const UTC = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/** Such a text as the contract shows times: ISO 8601 in UTC, to the millisecond, cut as `Date` does. */
export function toIso(text: string): string {
  const [, day, time, fraction = ""] = UTC.exec(text) ?? [];
  // Where the server shows times in another zone, or of years beyond 9999.
  if (day === undefined) return new Date(text).toISOString();
  return `${day}T${time}.${fraction.slice(0, 3).padEnd(3, "0")}Z`;
}

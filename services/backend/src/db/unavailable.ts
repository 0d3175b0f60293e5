/** The code of our own error for a schema from before this version. */
export const SCHEMA_OUTDATED = "schema_outdated";

/** Why a database can't be used now, by the code of the error: PostgreSQL's or the system's. */
const BY_CODE: readonly [codes: RegExp, reason: string][] = [
  [/^(ENOTFOUND|EAI_NODATA)$/, "its host is not known"],
  [/^EAI_AGAIN$/, "its host can't be looked up right now"],
  [/^ECONNREFUSED$/, "the connection is refused: nothing listens there"],
  [/^(ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN)$/, "it does not answer in time"],
  [/^(ECONN|EPIPE|08)/, "the connection broke"],
  [/^(28P01|28000)$/, "it refuses the user or the password"],
  [/^3D000$/, "it has no database of this name"],
  [/^25006$/, "it takes no changes: it can only be read"],
  [/^42P01$/, "its tables are missing"],
  [/^schema_outdated$/, "its tables are of an older version"],
  [/^57P03$/, "it is starting up or shutting down"],
  [/^57P0/, "it is shutting down"],
  [/^53300$/, "it has too many connections"],
  [/^53/, "it has run out of disk or memory"],
];

/** What pg's pool says when none of its connections became free in time. */
const ALL_BUSY = /^timeout exceeded when trying to connect/;

/** The same by what pg says where it gives no code. */
const BY_MESSAGE: readonly [message: RegExp, reason: string][] = [
  [ALL_BUSY, "all connections to it are busy"],
  [/connection timeout|query read timeout|timeout expired/i, "it does not answer in time"],
  [/Connection terminated|not queryable/i, "the connection broke"],
  [/^SASL: /, "it refuses the user or the password"],
];

/**
 * In a few words, why the database can't be used right now; undefined when the error says something else, for instance
 * that a query is wrong. What it tells of is cured outside of this process, and then all goes on by itself.
 */
export function unavailableReason(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const known =
    BY_CODE.find(([codes]) => codes.test(code)) ?? BY_MESSAGE.find(([message]) => message.test(error.message));
  if (known) return known[1];
  for (const inner of error instanceof AggregateError ? error.errors : []) {
    const reason = unavailableReason(inner);
    if (reason) return reason;
  }
  return unavailableReason(error.cause);
}

/** True when the error says that the database can't be reached or is not ready, rather than that a query is wrong. */
export function isUnavailable(error: unknown): boolean {
  return unavailableReason(error) !== undefined;
}

/** True when the database can only be read, as a server does that others have taken over from. */
export function isReadOnly(error: unknown): boolean {
  return hasCode(error, "25006");
}

/** True when the tables of this version are not there; applying its schema cures that. */
export function isSchemaMissing(error: unknown): boolean {
  return hasCode(error, "42P01") || hasCode(error, SCHEMA_OUTDATED);
}

/** True when the database has no room for a change; what is there can be read. */
export function isStorageFull(error: unknown): boolean {
  return hasCode(error, "53100");
}

/** True when a statement took longer than it may. */
export function isTooSlow(error: unknown): boolean {
  return hasCode(error, "57014");
}

/** True when the database is unavailable only since we ask it more than it can do. */
export function isOverloaded(error: unknown): boolean {
  return error instanceof Error && ALL_BUSY.test(error.message);
}

/** Which database, for people: host, port and name of an address, never its user or password. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || 5432}${pathname}`;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

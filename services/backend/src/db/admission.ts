import { CompiledQuery } from "kysely";

/** Whose transaction it is: somebody whose identity is known, or whoever has this session if it is still valid. */
export type Identity = string | { userId: string; token: string };

/** The session by which a transaction was to begin has ended or was revoked. */
export class SessionEnded extends Error {
  override readonly name = "SessionEnded";
}

const ROLE = "set_config('role', left(current_database(), 59) || '_app', true)";

/** Until the transaction ends: the role that owns no table, and the user whose rows it sees. */
const BY_ID = `select ${ROLE}, set_config('app.user_id', $1, true), true as "admitted"`;

/** The same for the user of a session. Without the session it is a user without any row, so that nothing can be seen. */
const BY_SESSION =
  `select ${ROLE}, set_config('app.user_id', coalesce("session"."userId", ''), true), ` +
  `"session"."userId" is not null as "admitted" from (select) as "always" left join "session" on ` +
  `"session"."token" = $1 and "session"."userId" = $2 and "session"."expiresAt" > now()`;

/** The statement by which a transaction becomes the user's. Its one row says whether it did. */
export function admission(who: Identity): CompiledQuery<{ admitted: boolean }> {
  return typeof who === "string"
    ? CompiledQuery.raw(BY_ID, [who])
    : CompiledQuery.raw(BY_SESSION, [who.token, who.userId]);
}

export function isAdmission(text: string): boolean {
  return text === BY_ID || text === BY_SESSION;
}

/** @throws SessionEnded unless the answer to an admission says that the transaction is the user's now */
export function assertAdmitted(rows: readonly unknown[]): void {
  const [row] = rows;
  const admitted = typeof row === "object" && row !== null && "admitted" in row && row.admitted === true;
  if (!admitted) throw new SessionEnded("the session has ended");
}

import * as queries from "../db/queries/sessions.ts";
import type { Db } from "./context.ts";

/** How old a session may be before its next use prolongs it. */
export const SESSION_UPDATE_SECONDS = 24 * 60 * 60;

export type Session = {
  userId: string;
  /** The secret by which it is known. */
  token: string;
  /** Old enough to be prolonged, which better-auth does. */
  isStale: boolean;
};

/** The session of that token, unless it has ended or was revoked. */
export async function findSession(db: Db, token: string): Promise<Session | undefined> {
  const session = await queries.findSession(db, token);
  if (!session) return undefined;
  const age = (Date.now() - session.updatedAt.getTime()) / 1_000;
  return { userId: session.userId, token, isStale: age > SESSION_UPDATE_SECONDS };
}

/** Those of these tokens whose session has neither ended nor been revoked. */
export async function validSessions(db: Db, tokens: readonly string[]): Promise<ReadonlySet<string>> {
  return new Set(await queries.listValidTokens(db, tokens));
}

/** What the user is called and may be reached at, of which their password must not be made. */
export function findPerson(db: Db, userId: string): Promise<{ name: string; email: string } | undefined> {
  return queries.findPerson(db, userId);
}

/** Ends the session of that token; nothing happens when it has ended. */
export function endSession(db: Db, token: string): Promise<void> {
  return queries.deleteSession(db, token);
}

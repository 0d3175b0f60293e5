import * as queries from "../db/queries/rate-limits.ts";
import { tooMany } from "./app-error.ts";
import type { Db } from "./context.ts";
import { keyOf } from "./rate-limits.ts";

/** Without a guess for so long after the last wait, all before is forgotten. */
const QUIET_SECONDS = 15 * 60;

/** Seconds to wait after the first guess, the second, and so on; at most 10 fit into any 15 minutes. */
const growing = [0, 0, 0, 0, 30, 60, 120, 240, 480, 900];
const tenAtOnce = [0, 0, 0, 0, 0, 0, 0, 0, 0, 900];

/** Who tries a password, and how many tries they have. */
export type Guesser = { kind: string; who: string; waits: readonly number[]; told: string; otherwise?: string };

/** Everybody who was never signed in to the account from where they try, together. */
export function stranger(email: string): Guesser {
  const told = "Too many tries to sign in to this account";
  return { kind: "stranger", who: email, waits: growing, told, otherwise: "use a browser in which you were signed in" };
}

/** A browser in which its owner was signed in before. */
export function knownDevice(device: string): Guesser {
  return { kind: "device", who: device, waits: growing, told: "Too many tries to sign in" };
}

/** Whoever has the session, which may be stolen; and all sessions of its user together. */
export function signedIn(session: { userId: string; token: string }): Guesser[] {
  const told = "Too many wrong passwords";
  return [
    { kind: "session", who: session.token, waits: growing, told },
    { kind: "user", who: session.userId, waits: tenAtOnce, told },
  ];
}

/** Counts a guess before it is looked at, over all replicas. @throws AppError `rate_limited` while one has to wait */
export async function countGuess(db: Db, { kind, who, waits, told, otherwise }: Guesser): Promise<void> {
  const { isAdmitted, nextAt } = await queries.guess(db, keyOf(kind, who), waits, QUIET_SECONDS);
  if (!isAdmitted) throw tooMany(nextAt, told, otherwise);
}

/** Takes a guess off the count, since it was right; the wait after it stays. */
export function forgiveGuess(db: Db, { kind, who }: Guesser): Promise<void> {
  return queries.uncount(db, keyOf(kind, who));
}

import { correct, take } from "../db/queries/rate-limits.ts";
import type { Db } from "./context.ts";
import { keyOf } from "./rate-limits.ts";

/** Tokens of a model that may be used in 24 hours from the first on; 0 for as many as one likes. */
export type TokenCeilings = { user: number; all: number };

/** Tokens that a request may use, set aside before it is made; `settle` puts what it used in their place. */
export type Reservation = { tokens: number; settle: (used: number) => Promise<void> };

const DAY_SECONDS = 24 * 60 * 60;

/**
 * Sets tokens aside for one request of a user: as many of these amounts, the largest first, as neither the user's share
 * nor that of all users together lets run over, whatever other requests are under way on any replica. Undefined when not
 * even the last is left. What a process that dies has set aside stays used.
 */
export async function reserveTokens(
  db: Db,
  ceilings: TokenCeilings,
  userId: string,
  amounts: readonly number[],
): Promise<Reservation | undefined> {
  const shares = [
    { key: keyOf("tokens", userId), most: ceilings.user },
    { key: "tokens of all", most: ceilings.all },
  ].filter(({ most }) => most > 0);
  for (const tokens of amounts) {
    const taken = await takeFromEach(db, shares, tokens);
    if (!taken) continue;
    const settle = async (used: number) => {
      for (const { key, windowEnds } of taken) await correct(db, key, windowEnds, used - tokens);
    };
    return { tokens, settle };
  }
  return undefined;
}

type Share = { key: string; most: number };

/** All or nothing. */
async function takeFromEach(db: Db, shares: readonly Share[], amount: number) {
  const taken: { key: string; windowEnds: Date }[] = [];
  for (const { key, most } of shares) {
    const took = await take(db, key, { amount, most, windowSeconds: DAY_SECONDS });
    if (!took) {
      for (const before of taken) await correct(db, before.key, before.windowEnds, -amount);
      return undefined;
    }
    taken.push({ key, ...took });
  }
  return taken;
}

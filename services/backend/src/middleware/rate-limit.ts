import type { MiddlewareHandler } from "hono";
import { z } from "zod";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { countAgainst, type Rule } from "../domain/rate-limits.ts";
import { assertRoomToHash } from "../password.ts";
import { networkOf } from "./client-address.ts";

const rules = {
  /** Guesses of one account's password, wherever they come from. */
  account: { name: "account", count: 20, seconds: 15 * 60 },
  /** Sign-ins and sign-ups from one address. Generous: a whole house may share it. */
  address: { name: "address", count: 300, seconds: 5 * 60 },
} satisfies Record<string, Rule>;

const accountBody = z.object({ email: z.string() });

/**
 * Limits sign-in and sign-up by the caller's address, which `clientAddress` has found out before, and guesses by the
 * account that they are about.
 */
export function limitSignIn(deps: Pick<Deps, "db">): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { clientAddress } = c.var;
    await countAgainst(deps.db, rules.address, clientAddress === undefined ? "unknown" : networkOf(clientAddress));
    // Before it is counted as a guess, which it would not become.
    assertRoomToHash();
    const body = accountBody.safeParse(
      await c.req.raw
        .clone()
        .json()
        .catch(() => undefined),
    );
    if (body.success) await countAgainst(deps.db, rules.account, body.data.email.trim().toLowerCase());
    await next();
  };
}

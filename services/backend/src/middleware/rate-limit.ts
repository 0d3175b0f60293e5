import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { countAgainst, type Rule } from "../domain/rate-limits.ts";
import { networkOf } from "./client-address.ts";

/** Sign-ins and sign-ups from one address. Generous: a whole house may share it. */
const rule: Rule = { name: "address", count: 300, seconds: 5 * 60 };

/** Limits what follows by the caller's address, which `clientAddress` has found out before. */
export function limitByAddress(deps: Pick<Deps, "db">): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { clientAddress } = c.var;
    await countAgainst(deps.db, rule, clientAddress === undefined ? "unknown" : networkOf(clientAddress));
    await next();
  };
}

import type { Context as HonoContext } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../domain/app-error.ts";
import { logFailure } from "../errors.ts";
import { withoutSwallowing } from "../faults.ts";

/** Lets nobody pass without a session. Identity comes from here alone, never from a body, a query or a tool. */
export function session(deps: Pick<Deps, "auth" | "readSession">) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const found = await deps.readSession(c.req.header("cookie"));
    if (!found) throw new AppError("unauthenticated", "Sign in first.");
    const { userId, token, isStale } = found;
    c.set("userId", userId);
    c.set("log", c.var.log.child({ userId }));
    c.set("sessionToken", token);
    await next();
    // What was asked for is done by now; the next request prolongs.
    if (isStale) await prolong(c, deps).catch((error) => logFailure(c.var.log, error, "could not prolong a session"));
  });
}

/** better-auth prolongs the session, and gives the cookie that lasts as long. */
async function prolong(c: HonoContext<AppEnv>, deps: Pick<Deps, "auth">): Promise<void> {
  const { api } = await deps.auth();
  const asked = { headers: c.req.raw.headers, returnHeaders: true as const };
  const { headers } = await withoutSwallowing(() => api.getSession(asked));
  for (const cookie of headers.getSetCookie()) c.header("Set-Cookie", cookie, { append: true });
}

import type { Context as HonoContext } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../domain/app-error.ts";

/** Lets nobody pass without a session. Identity comes from here alone, never from a body, a query or a tool. */
export function session(deps: Pick<Deps, "auth" | "readSession">) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const cookies = c.req.header("cookie");
    const found = await deps.readSession(cookies);
    if (!found) throw new AppError("unauthenticated", "Sign in first.");
    const { userId, isStale } = found;
    c.set("userId", userId);
    c.set("log", c.var.log.child({ userId }));
    c.set("sessionIsValid", async () => (await deps.readSession(cookies))?.userId === userId);
    await next();
    if (isStale) await prolong(c, deps);
  });
}

/** better-auth prolongs the session, and gives the cookie that lasts as long. */
async function prolong(c: HonoContext<AppEnv>, deps: Pick<Deps, "auth">): Promise<void> {
  const { api } = await deps.auth();
  const { headers } = await api.getSession({ headers: c.req.raw.headers, returnHeaders: true });
  for (const cookie of headers.getSetCookie()) c.header("Set-Cookie", cookie, { append: true });
}

import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../domain/app-error.ts";

/** Lets nobody pass without a session. Identity comes from here alone, never from a body, a query or a tool. */
export function session(deps: Pick<Deps, "auth">) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const auth = await deps.auth();
    const { headers } = c.req.raw;
    const { response, headers: set } = await auth.api.getSession({ headers, returnHeaders: true });
    if (!response) throw new AppError("unauthenticated", "Sign in first.");
    const userId = response.user.id;
    c.set("userId", userId);
    c.set("log", c.var.log.child({ userId }));
    c.set("sessionIsValid", async () => (await auth.api.getSession({ headers }))?.user.id === userId);
    await next();
    // A session that was prolonged comes with a cookie that lasts longer, too.
    for (const cookie of set.getSetCookie()) c.header("Set-Cookie", cookie, { append: true });
  });
}

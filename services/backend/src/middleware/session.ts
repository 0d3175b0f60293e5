import type { Context as HonoContext } from "hono";
import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { signInFirst } from "../domain/context.ts";
import { logFailure } from "../errors.ts";
import { withoutSwallowing } from "../faults.ts";

type Needed = Pick<Deps, "auth" | "sessions" | "asUser">;

/**
 * Lets nobody pass without a session. Identity comes from here alone, never from a body, a query or a tool.
 *
 * A session that was valid within the last minute is asked for in the transaction of what is done with it, which saves a
 * way to the database. No answer leaves before the database has said that the session is valid: where nothing asked in
 * a transaction, it is asked afterwards.
 */
export function session(deps: Needed) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const cookies = c.req.header("cookie") ?? "";
    const claim = await deps.sessions.claim(cookies);
    if (!claim) throw signInFirst();
    const { userId, token, isStale } = claim;
    let isValid = claim.asked;
    const assertValid = async () => {
      isValid ||= (await deps.sessions.read(cookies))?.userId === userId;
      if (isValid) return userId;
      c.get("named").userId = undefined;
      throw signInFirst();
    };
    c.get("named").userId = userId;
    c.set("caller", {
      async asUser(work, purpose) {
        const result = await deps.asUser(claim, work, purpose);
        isValid = true;
        return result;
      },
      userId: assertValid,
    });
    c.set("sessionToken", token);
    await next();
    await assertValid();
    // What was asked for is done by now; the next request prolongs.
    if (isStale)
      await prolong(c, deps).catch((error) => logFailure(c.get("log")(), error, "could not prolong a session"));
  });
}

/** better-auth prolongs the session, and gives the cookie that lasts as long. */
async function prolong(c: HonoContext<AppEnv>, deps: Needed): Promise<void> {
  const { api } = await deps.auth();
  const asked = { headers: c.req.raw.headers, returnHeaders: true as const };
  const { headers } = await withoutSwallowing(() => api.getSession(asked));
  deps.sessions.forget(c.req.header("cookie") ?? "");
  for (const cookie of headers.getSetCookie()) c.header("Set-Cookie", cookie, { append: true });
}

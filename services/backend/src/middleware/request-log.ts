import { randomUUID } from "node:crypto";
import { createMiddleware } from "hono/factory";
import { matchedRoutes } from "hono/route";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";

const ACCEPTED_ID = /^[\w-]{8,64}$/;

/** Gives each request an id (the caller's, when it looks like one), logs it and counts it. */
export function requestLog(deps: Pick<Deps, "log" | "metrics">) {
  return createMiddleware<AppEnv>(async (c, next) => {
    const given = c.req.header("x-request-id");
    const requestId = given && ACCEPTED_ID.test(given) ? given : randomUUID();
    c.set("requestId", requestId);
    const named = { requestId };
    c.set("named", named);
    c.set("log", () => deps.log.child(named));
    const began = performance.now();
    await next();
    // Now rather than before: a handler that answers with a response of its own would lose it.
    c.res.headers.set("X-Request-Id", requestId);
    const ms = performance.now() - began;
    // The pattern, not the path: paths hold ids, and queries hold people's words.
    const route = matchedRoutes(c).findLast(({ path }) => !path.includes("*"))?.path ?? "none";
    const { method } = c.req;
    const { refusal } = c.var;
    deps.metrics.requests.observe({ method, route, status: c.res.status }, ms / 1_000);
    const line = { ...named, method, route, status: c.res.status, ms: Math.round(ms), ...(refusal && { refusal }) };
    deps.log.info(line, "request");
  });
}

import { createMiddleware } from "hono/factory";
import type { AppEnv } from "../app-env.ts";
import { AppError } from "../domain/app-error.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses changes that another site's page sends with the user's cookie: what a browser says of the request's origin
 * must be ours. Programs that are no browser send neither header, and have no cookie of somebody else's.
 */
export function sameOrigin(trustedOrigins: readonly string[]) {
  return createMiddleware<AppEnv>(async (c, next) => {
    if (!SAFE.has(c.req.method)) {
      const origin = c.req.header("origin");
      const site = c.req.header("sec-fetch-site");
      const ownOrigin = new URL(c.req.url).origin;
      const originIsOurs = origin === undefined || origin === ownOrigin || trustedOrigins.includes(origin);
      const siteIsOurs = site === undefined || site === "same-origin" || site === "none";
      if (!originIsOurs || !siteIsOurs) throw new AppError("forbidden_origin", "This request comes from another site.");
      const type = c.req.header("content-type");
      // What HTTP/1.1 says of a body; the server gives every request a stream, an empty one too.
      const length = c.req.header("content-length");
      const hasBody = c.req.header("transfer-encoding") !== undefined || (length !== undefined && length !== "0");
      // Forms of other sites can't send JSON without asking first.
      if (hasBody && !/^application\/json\s*(?:;|$)/i.test(type ?? "")) {
        throw new AppError("unsupported_media_type", "Send the body as application/json.");
      }
    }
    await next();
  });
}

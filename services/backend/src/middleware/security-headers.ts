import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";
import type { AppEnv } from "../app-env.ts";

const POLICY = "default-src 'none'; frame-ancestors 'none'";

/** Headers for an API: nothing of it is to be shown, framed or cached. The docs page sets its own policy, streams their own caching. */
export function securityHeaders() {
  const setHeaders = secureHeaders({
    strictTransportSecurity: "max-age=31536000; includeSubDomains",
    xFrameOptions: "DENY",
    referrerPolicy: "no-referrer",
    crossOriginResourcePolicy: "same-origin",
  });
  return createMiddleware<AppEnv>(async (c, next) => {
    await setHeaders(c, next);
    // Not by `c.header`, which makes a new response, and a stream of its body, of one that is there.
    const { headers } = c.res;
    if (!headers.has("Content-Security-Policy")) headers.set("Content-Security-Policy", POLICY);
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  });
}

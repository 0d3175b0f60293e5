import { limits } from "@todo/contract";
import { bodyLimit as honoBodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { AppError } from "../domain/app-error.ts";

/** Refuses bodies over 64 kB, announced or not. */
export function bodyLimit() {
  const limit = honoBodyLimit({
    maxSize: limits.bodyBytes,
    onError: () => {
      throw new AppError("body_too_large", `A body may have ${limits.bodyBytes / 1024} kB at most.`);
    },
  });
  // To look for a body makes a second request of the first. The server gives these none, whatever was sent.
  return createMiddleware((c, next) => (c.req.method === "GET" || c.req.method === "HEAD" ? next() : limit(c, next)));
}

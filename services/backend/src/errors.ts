import type { ErrorBody, ErrorCode } from "@todo/contract";
import type { Context as HonoContext } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Logger } from "pino";
import type { AppEnv } from "./app-env.ts";
import { isStorageFull, isTooSlow, isUnavailable } from "./db/unavailable.ts";
import { isUnstorable } from "./db/unstorable.ts";
import { AppError } from "./domain/app-error.ts";

/** The one place that knows which HTTP status a code is. */
export function statusOf(code: ErrorCode): ContentfulStatusCode {
  switch (code) {
    case "invalid_request":
      return 400;
    case "unauthenticated":
      return 401;
    case "forbidden_origin":
    case "forbidden_scope":
      return 403;
    case "not_found":
      return 404;
    case "method_not_allowed":
      return 405;
    case "conflict":
    case "run_active":
    case "approval_decided":
    case "approval_required":
    case "undo_conflict":
    case "nothing_to_undo":
      return 409;
    case "body_too_large":
      return 413;
    case "unsupported_media_type":
      return 415;
    case "unprocessable":
    case "idempotency_mismatch":
    case "due_not_understood":
    case "change_limit":
      return 422;
    case "too_many_runs":
    case "rate_limited":
      return 429;
    case "database_unavailable":
    case "shutting_down":
      return 503;
    case "storage_full":
      return 507;
    case "internal":
      return 500;
  }
}

/**
 * Answers any error in the contract's form. What is not meant for the caller is logged, not sent; but that the database
 * is away is logged once for all requests (`db/availability.ts`).
 */
export function onError(error: Error, c: HonoContext<AppEnv>): Response {
  const known = toAppError(error);
  if (known.code === "internal") c.get("log")().error({ err: error }, "request failed");
  else if (known.code === "database_unavailable") c.get("log")().debug({ err: error }, "no database for this request");
  c.set("refusal", known.code);
  if (known.retryAfter !== undefined) c.header("Retry-After", String(known.retryAfter));
  const body: ErrorBody = {
    error: {
      code: known.code,
      message: known.message,
      requestId: c.var.requestId,
      ...(known.details && { details: known.details }),
    },
  };
  return c.json(body, statusOf(known.code));
}

/** Logs a failure that no request waits for; that the database is away is logged once for all. */
export function logFailure(log: Logger, error: unknown, message: string): void {
  if (!isUnavailable(error)) log.warn({ err: error }, message);
}

export function onNotFound(c: HonoContext<AppEnv>): Response {
  return onError(new AppError("not_found", "There is nothing here."), c);
}

/** What the caller may be told of any error. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException && error.status === 400) {
    return new AppError("invalid_request", "The body is no valid JSON.");
  }
  if (error instanceof HTTPException && error.status === 415) {
    return new AppError("unsupported_media_type", "Send the body as application/json.");
  }
  if (isUnstorable(error)) {
    return new AppError("unprocessable", "The text holds characters that can't be stored.");
  }
  if (isStorageFull(error)) {
    const message = "The disk of the database is full, so nothing can be changed. Free some space there and try again.";
    return new AppError("storage_full", message, { retryAfter: 30, cause: error });
  }
  if (isTooSlow(error)) {
    const message = "The database took too long for this. Try again in a moment.";
    return new AppError("database_unavailable", message, { retryAfter: 2, cause: error });
  }
  if (isUnavailable(error)) {
    return new AppError("database_unavailable", "The database can't be reached right now. Try again in a moment.", {
      retryAfter: 2,
      cause: error,
    });
  }
  return new AppError("internal", "Something went wrong here. Try again.", { cause: error });
}

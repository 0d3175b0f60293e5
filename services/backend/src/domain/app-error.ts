import type { ErrorCode } from "@todo/contract";

export type ErrorDetail = { path: string; message: string };

/** A failure that the caller may be told of. Only `errors.ts` knows which HTTP status its code becomes. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly details: ErrorDetail[] | undefined;
  /** Seconds after which a new try makes sense. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: ErrorDetail[]; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }
}

/** The one answer for what does not exist and for what is someone else's. */
export function notFound(what: "task" | "change" | "conversation" | "run" | "approval" | "token"): AppError {
  return new AppError("not_found", `There is no such ${what}.`);
}

/**
 * @param until from when on there may be more
 * @param what happened
 * @param otherwise what one can do instead of waiting
 */
export function tooMany(until: Date, what = "Too many requests", otherwise?: string): AppError {
  const retryAfter = Math.max(1, Math.ceil((until.getTime() - Date.now()) / 1_000));
  const instead = otherwise === undefined ? "" : `, or ${otherwise}`;
  return new AppError("rate_limited", `${what}. Try again in ${inWords(retryAfter)}${instead}.`, { retryAfter });
}

function inWords(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? "a second" : `${seconds} seconds`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}

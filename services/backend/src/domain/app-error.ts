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
export function notFound(what: "task" | "conversation" | "run" | "approval"): AppError {
  return new AppError("not_found", `There is no such ${what}.`);
}

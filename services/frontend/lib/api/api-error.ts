import type { ErrorBody, ErrorCode } from "@todo/contract";

export type ErrorDetail = { path: string; message: string };

/** An answer that says no. `code` is one of ours, one of better-auth's, or `internal` when the body told nothing. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  /** How long to wait before the next try, when the server said so. */
  readonly retryAfterMs: number | null;
  /** What is wrong with which part, when the server said so. */
  readonly details: ErrorDetail[];

  constructor(
    status: number,
    code: string,
    message: string,
    retryAfterMs: number | null = null,
    details: ErrorDetail[] = [],
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
    this.details = details;
  }
}

/** Reads an answer that is not ok. Never throws, whatever stands in the body. */
export async function apiErrorOf(response: Response): Promise<ApiError> {
  const { code, message, details } = await bodyOf(response);
  const header = response.headers.get("retry-after") ?? response.headers.get("x-retry-after");
  const seconds = header === null ? Number.NaN : Number(header);
  return new ApiError(response.status, code, message, Number.isFinite(seconds) ? seconds * 1_000 : null, details);
}

async function bodyOf(
  response: Response,
): Promise<{ code: ErrorCode | string; message: string; details?: ErrorDetail[] | undefined }> {
  const fallback = { code: "internal", message: "Something went wrong. Please try again." };
  try {
    // The backend's own errors stand in `error`, better-auth's stand at the top.
    const body: Partial<ErrorBody> & { code?: string; message?: string } = await response.json();
    if (body.error !== undefined) return body.error;
    return { code: body.code ?? fallback.code, message: body.message ?? fallback.message };
  } catch {
    return fallback;
  }
}

/** Whether the same request may well succeed a little later: the network, or a server that is coming back. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiError) return [502, 503, 504].includes(error.status);
  // What `fetch` throws when there is no answer, and what a stream throws when it breaks off.
  return error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
}

/** A sentence for people. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return "The server cannot be reached. Check your connection and try again.";
}

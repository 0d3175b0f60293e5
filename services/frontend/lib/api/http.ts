import { sleep, withRetry } from "../stream/backoff.ts";
import { ApiError, apiErrorOf, isTransient } from "./api-error.ts";

type Method = "GET" | "POST" | "PATCH" | "DELETE";
type Query = Record<string, string | number | undefined>;
type Options = {
  signal?: AbortSignal | undefined;
  /** The request's name (8 to 64 letters, digits, _ and -), by which the changes that it makes can be undone. */
  requestId?: string | undefined;
};

/** A path with its query, without what is undefined or empty. */
export function withQuery(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}

/**
 * Sends a request and gives the parsed answer, null for an empty one. Throws `ApiError` when it is not ok. A question is
 * asked again like `repeated`.
 */
export function request<T>(method: Method, path: string, body?: unknown, options?: Options): Promise<T> {
  const once = async () => {
    const response = await send(method, path, body, options);
    if (!response.ok) throw await rejected(response);
    const text = await response.text();
    return JSON.parse(text === "" ? "null" : text);
  };
  return method === "GET" ? repeated(once) : once();
}

const REPEATS = 2;

/**
 * Makes a request that may be made more than once, and makes it again (twice at most, within a second) when no answer
 * came or the server could not serve it: mostly another one can by then.
 */
export function repeated<T>(make: () => Promise<T>, wait: typeof sleep = sleep): Promise<T> {
  let left = REPEATS;
  return withRetry(make, {
    signal: new AbortController().signal,
    // Who has waited for an answer in vain for 20 s has waited long enough.
    isTransient: (error) =>
      left-- > 0 && isTransient(error) && (error instanceof ApiError || error instanceof TypeError),
    wait,
  });
}

/** Sends a request and gives the raw answer, for those who read its stream. */
export function send(
  method: Method,
  path: string,
  body?: unknown,
  { signal, requestId }: Options = {},
): Promise<Response> {
  return fetch(path, {
    method,
    headers: {
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(requestId !== undefined && { "x-request-id": requestId }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    cache: "no-store",
    signal: signal ?? AbortSignal.timeout(20_000),
  });
}

/** The error of an answer. A session that has ended leads to the sign-in page, from wherever one is. */
export async function rejected(response: Response): Promise<Error> {
  const error = await apiErrorOf(response);
  if (response.status === 401 && typeof location !== "undefined" && !location.pathname.startsWith("/sign-")) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
  }
  return error;
}

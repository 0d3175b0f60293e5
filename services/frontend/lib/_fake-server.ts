import type { ErrorCode } from "@todo/contract";
import { afterEach, vi } from "vitest";

/** A request that the page made. */
export type Call = {
  method: string;
  path: string;
  query: Record<string, string>;
  body: Record<string, unknown>;
  requestId: string | null;
};
type Handler = (call: Call) => unknown;

export type FakeServer = {
  calls: Call[];
  /** Answers `METHOD /path` from now on; `*` in the path stands for one part. A later line goes before an earlier one. */
  on: (route: string, handler: Handler) => void;
  /** Answers what no route describes; 404 until then. */
  otherwise: (handler: Handler) => void;
  /** The calls of one route so far. */
  callsOf: (route: string) => Call[];
  /** What was sent to change something, as `METHOD /path`. */
  changes: () => string[];
};

/**
 * Test helper: stands in for the server behind `fetch`. What a handler gives is sent as JSON unless it is a `Response`;
 * an `Error` is the network failing.
 */
export function fakeServer(): FakeServer {
  const calls: Call[] = [];
  const routes: { pattern: RegExp; handler: Handler }[] = [];
  let fallback: Handler = () => refusal(404, "not_found", "Not found.");

  vi.stubGlobal("fetch", async (address: string, init: RequestInit = {}) => {
    const { pathname, searchParams } = new URL(address, "http://page.test");
    const call = {
      method: init.method ?? "GET",
      path: pathname,
      query: Object.fromEntries(searchParams),
      body: JSON.parse(String(init.body ?? "null")) ?? {},
      requestId: new Headers(init.headers).get("x-request-id"),
    };
    calls.push(call);
    const route = routes.findLast(({ pattern }) => pattern.test(`${call.method} ${call.path}`));
    const answer = await (route?.handler ?? fallback)(call);
    if (answer instanceof Error) throw answer;
    init.signal?.throwIfAborted();
    return answer instanceof Response ? abortable(answer, init.signal ?? null) : Response.json(answer ?? null);
  });

  return {
    calls,
    on: (route, handler) => routes.push({ pattern: patternOf(route), handler }),
    otherwise: (handler) => {
      fallback = handler;
    },
    callsOf: (route) => calls.filter(({ method, path }) => patternOf(route).test(`${method} ${path}`)),
    changes: () => calls.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`),
  };
}

function patternOf(route: string): RegExp {
  return new RegExp(`^${route.replaceAll("*", "[^/]+")}$`);
}

/** As the browser does it: whoever aborts a request also ends the reading of its answer. */
function abortable(answer: Response, signal: AbortSignal | null): Response {
  const reader = answer.body?.getReader();
  if (reader === undefined || signal === null) return answer;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      signal.addEventListener("abort", () => controller.error(signal.reason));
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, { status: answer.status, headers: answer.headers });
}

/** Test helper: an answer that says no. */
export function refusal(status: number, code: ErrorCode | string, message: string): Response {
  return Response.json({ error: { code, message, requestId: "r" } }, { status });
}

afterEach(() => vi.unstubAllGlobals());

import type { ErrorBody, ErrorCode } from "@todo/contract";
import { backendUrl } from "./backend-url.ts";
import { isEventStream, requestHeaders, responseHeaders } from "./pipe-headers.ts";

/** Aborted when the process is asked to end: a stream that someone watches would keep the server open for ever. */
const shutdown = new AbortController();
process.once("SIGTERM", () => shutdown.abort());

/** `duplex` lets a body be sent while it is still arriving; the DOM's types do not know it yet. */
type StreamingRequest = RequestInit & { duplex: "half" };

/** Hands a request to the backend and its answer back, byte for byte, both while they are still arriving. */
export async function pipeToBackend(request: Request): Promise<Response> {
  if (shutdown.signal.aborted) return failure(503, "shutting_down", "The server is restarting. Please try again.");
  const { pathname, search } = new URL(request.url);
  // Dot segments may have led out of the part that is ours to pipe.
  if (!pathname.startsWith("/api/")) return failure(404, "not_found", "There is nothing here.");
  const init: StreamingRequest = {
    method: request.method,
    headers: requestHeaders(request.headers),
    body: request.method === "GET" || request.method === "HEAD" ? null : request.body,
    redirect: "manual",
    cache: "no-store",
    signal: request.signal,
    duplex: "half",
  };
  try {
    const answer = await fetch(backendUrl(pathname + search), init);
    const body = isEventStream(answer.headers) && answer.body !== null ? untilShutdown(answer.body) : answer.body;
    return new Response(body, { status: answer.status, headers: responseHeaders(answer.headers) });
  } catch {
    if (request.signal.aborted) return new Response(null, { status: 499 });
    return failure(
      503,
      "database_unavailable",
      "The server cannot be reached at the moment. Please try again shortly.",
    );
  }
}

/**
 * The same bytes, broken off at shutdown. Broken off rather than ended: that closes the connection too, so that the
 * browser goes on with another server at once, and this one need not wait until the connection counts as idle.
 */
function untilShutdown(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let end = () => {};
  return new ReadableStream<Uint8Array>({
    start(controller) {
      end = () => {
        void reader.cancel().catch(() => {});
        controller.error(brokenOff());
      };
      shutdown.signal.addEventListener("abort", end, { once: true });
    },
    async pull(controller) {
      // A backend that goes away breaks off its streams: no error of ours, and the browser knows how to go on.
      const { done, value } = await reader.read().catch(() => broken);
      if (shutdown.signal.aborted) return;
      if (value !== undefined) return controller.enqueue(value);
      shutdown.signal.removeEventListener("abort", end);
      if (done) controller.close();
      else controller.error(brokenOff());
    },
    async cancel(reason) {
      shutdown.signal.removeEventListener("abort", end);
      await reader.cancel(reason);
    },
  });
}

const broken = { done: false, value: undefined };

/** Closes the connection to the browser; Next takes an error of this name for one that needs no log line. */
function brokenOff(): DOMException {
  return new DOMException("the stream was broken off", "AbortError");
}

function failure(status: number, code: ErrorCode, message: string): Response {
  const body: ErrorBody = { error: { code, message, requestId: crypto.randomUUID() } };
  return Response.json(body, { status, headers: { "cache-control": "no-store", "retry-after": "1" } });
}

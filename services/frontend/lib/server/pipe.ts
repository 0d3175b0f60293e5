import { setTimeout } from "node:timers/promises";
import type { ErrorBody, ErrorCode } from "@todo/contract";
import { backendUrl } from "./backend-url.ts";
import { signedClientAddress } from "./client-address.ts";
import { isEventStream, requestHeaders, responseHeaders } from "./pipe-headers.ts";

/** Aborted when the process is asked to end: then streams tell their readers to come again, to another server. */
const shutdown = new AbortController();
process.once("SIGTERM", () => shutdown.abort());

/** `duplex` lets a body be sent while it is still arriving; the DOM's types do not know it yet. */
type StreamingRequest = RequestInit & { duplex: "half" };

const RETRY_MS = 100;

/** Hands a request to the backend and its answer back, byte for byte, both while they are still arriving. */
export async function pipeToBackend(request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  // Dot segments may have led out of the part that is ours to pipe.
  if (!pathname.startsWith("/api/") && pathname !== "/mcp") return failure(404, "not_found", "There is nothing here.");
  const headers = requestHeaders(request.headers, signedClientAddress(process.env));
  // A reader that is told to come again must not be led back over the same connection, which would still be there.
  if (watches(request.method, pathname)) headers.set("connection", "close");
  const init: StreamingRequest = {
    method: request.method,
    headers,
    body: isRepeatable(request) ? null : request.body,
    redirect: "manual",
    cache: "no-store",
    signal: request.signal,
    duplex: "half",
  };
  try {
    const url = backendUrl(pathname + search);
    const answer = await fetch(url, init).catch(async (error: unknown) => {
      if (!isRepeatable(request) || request.signal.aborted) throw error;
      // The replica that the connection led to may have died; a new connection leads to another one.
      await setTimeout(RETRY_MS);
      return fetch(url, init);
    });
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

/** Whether it changes nothing, so that it may be sent twice; it has no body then. */
function isRepeatable({ method }: Request): boolean {
  return method === "GET" || method === "HEAD";
}

/** Whether the answer will be a stream of events. */
function watches(method: string, pathname: string): boolean {
  return method === "POST" ? pathname.endsWith("/messages") : /\/(stream|events)$/.test(pathname);
}

/** What the backend's own streams say when it ends. */
const COME_AGAIN = new TextEncoder().encode("event: reconnect\nretry: 200\ndata: {}\n\n");

/** The same events, and at shutdown the one that tells the reader to come again. */
function untilShutdown(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let end = () => {};
  let betweenEvents = true;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      end = () => {
        void reader.cancel().catch(() => {});
        if (!betweenEvents) return controller.error(brokenOff());
        controller.enqueue(COME_AGAIN);
        controller.close();
      };
      if (shutdown.signal.aborted) end();
      else shutdown.signal.addEventListener("abort", end, { once: true });
    },
    async pull(controller) {
      // A backend that goes away breaks off its streams: no error of ours, and the browser knows how to go on.
      const { done, value } = await reader.read().catch(() => broken);
      if (shutdown.signal.aborted) return;
      if (value !== undefined) {
        betweenEvents = endsEvent(value);
        return controller.enqueue(value);
      }
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

function endsEvent(bytes: Uint8Array): boolean {
  return bytes.at(-1) === LINE_FEED && bytes.at(-2) === LINE_FEED;
}

const LINE_FEED = 10;

const broken = { done: false, value: undefined };

/** Closes the connection to the browser; Next takes an error of this name for one that needs no log line. */
function brokenOff(): DOMException {
  return new DOMException("the stream was broken off", "AbortError");
}

function failure(status: number, code: ErrorCode, message: string): Response {
  const body: ErrorBody = { error: { code, message, requestId: crypto.randomUUID() } };
  return Response.json(body, { status, headers: { "cache-control": "no-store", "retry-after": "1" } });
}

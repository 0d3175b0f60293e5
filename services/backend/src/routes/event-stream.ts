import { z } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";
import type { AppEnv } from "../app-env.ts";
import type { Deps } from "../deps.ts";
import { logFailure } from "../errors.ts";

const UNREAD_BYTES = 1024 * 1024;
const HEADERS = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-cache, no-transform",
  "X-Accel-Buffering": "no",
};
const encoder = new TextEncoder();

/**
 * A stream of events for the description, which tells of each event what the reader is handed.
 * @param data what stands in the events' `data`
 */
export function eventsOf(description: string, data: z.ZodString) {
  const event = z.object({
    data,
    event: z.string().optional(),
    id: z.string().optional(),
    retry: z.int().optional(),
  });
  return { description, content: { "text/event-stream": { schema: event } } };
}

/** Sends one event. `data` is one line: JSON, say. */
export type Send = (event: { data: string; id?: string; event?: string; retry?: number }) => void;

/**
 * Answers with server-sent events. `work` sends until it returns or `signal` is aborted, which happens when the reader
 * goes away, when its session ends, when the user has opened too many (`OpenStreams`): then the reader is told to stay away
 * for now, or when this process shuts down: then it is told to come again at once.
 * `readers` names those among whom they are counted: what kind of stream it is, and whose.
 * A comment every 10 s keeps proxies from cutting a silent stream; the session is asked for at the same beat.
 */
export function eventStream(
  c: HonoContext<AppEnv>,
  deps: Pick<Deps, "log" | "shutdown" | "metrics" | "streams">,
  readers: string,
  work: (send: Send, signal: AbortSignal) => Promise<void>,
): Response {
  // Nobody would ever read its body, nor let it go.
  if (c.req.method === "HEAD") return new Response(null, { headers: HEADERS });
  const controller = new AbortController();
  const onShutdown = () => controller.abort("shutdown");
  // All that a stream keeps while it is open. By `c` it would keep the whole request.
  const { sessionToken: token, named } = c.var;
  const { outgoing } = c.env;

  const source = {
    async start(stream: ReadableStreamDefaultController<Uint8Array>) {
      const write = (text: string) => {
        if (controller.signal.aborted) return;
        stream.enqueue(encoder.encode(text));
        // Who reads nothing is cut off rather than kept in memory.
        if ((stream.desiredSize ?? 0) < 0) controller.abort("slow");
      };
      const send: Send = ({ data, id, event, retry }) =>
        write(
          `${id === undefined ? "" : `id: ${id}\n`}${event === undefined ? "" : `event: ${event}\n`}${
            retry === undefined ? "" : `retry: ${retry}\n`
          }data: ${data}\n\n`,
        );
      deps.shutdown.addEventListener("abort", onShutdown, { once: true });
      deps.metrics.streams.inc();
      const forget = deps.streams.add({
        owner: readers,
        token,
        beat: () => write(": \n\n"),
        close: (reason) => controller.abort(reason),
      });
      try {
        write(": \n\n");
        if (deps.shutdown.aborted) onShutdown();
        else await work(send, controller.signal);
        if (controller.signal.reason === "shutdown") {
          stream.enqueue(encoder.encode("event: reconnect\nretry: 200\ndata: {}\n\n"));
        }
        if (controller.signal.reason === "too many") stream.enqueue(encoder.encode("event: closed\ndata: {}\n\n"));
        if (controller.signal.reason !== "gone") stream.close();
      } catch (error) {
        logFailure(deps.log.child(named), error, "a stream broke off");
        // Breaks the connection, so that the reader knows. An error would do that too, and be written to the console.
        outgoing?.destroy();
      } finally {
        deps.shutdown.removeEventListener("abort", onShutdown);
        deps.metrics.streams.dec();
        forget();
      }
    },
    cancel() {
      controller.abort("gone");
    },
  };
  return new Response(new ReadableStream(source, new ByteLengthQueuingStrategy({ highWaterMark: UNREAD_BYTES })), {
    headers: HEADERS,
  });
}

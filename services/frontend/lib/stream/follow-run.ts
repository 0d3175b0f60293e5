import type { Chunk } from "@todo/contract/message";
import { isTransient } from "../api/api-error.ts";
import { backoffMs, sleep } from "./backoff.ts";
import { parseChunk } from "./parse-chunk.ts";
import { readEvents } from "./read-events.ts";

export type Connection = "open" | "reconnecting";

export type FollowOptions = {
  /** Opens the stream. `accepted` is false until the server has answered once; then only `lastEventId` counts. */
  connect: (at: { accepted: boolean; lastEventId: string | null }) => Promise<Response>;
  /** Turns an answer that is not ok into an error. */
  reject: (response: Response) => Promise<Error>;
  onChunk: (chunk: Chunk) => void;
  onConnection: (connection: Connection) => void;
  signal: AbortSignal;
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  silentAfterMs?: number;
};

const closedMs = 60_000;
/** The server sends a heartbeat every 10 s. */
const silentAfterMs = 25_000;

/**
 * Reads the answer of a run to its end, over as many connections as it takes, each from where the last one broke off.
 * Gives `none` when there was nothing to follow. Throws when the server refuses, or when aborted.
 */
export async function followRun(options: FollowOptions): Promise<"done" | "none"> {
  const wait = options.wait ?? sleep;
  const at: { accepted: boolean; lastEventId: string | null } = { accepted: false, lastEventId: null };
  let failures = 0;

  for (;;) {
    try {
      const response = await options.connect(at);
      if (response.status === 204) return at.accepted ? "done" : "none";
      if (!response.ok) throw await options.reject(response);
      at.accepted = true;
      options.onConnection("open");

      let asked = false;
      let closed = false;
      if (response.body !== null) {
        for await (const event of readEvents(response.body, options.silentAfterMs ?? silentAfterMs, options.signal)) {
          if (event.event === "reconnect") {
            asked = true;
            break;
          }
          // The user has more streams open than the server serves, in other tabs.
          closed = event.event === "closed";
          if (closed) break;
          if (event.data === "[DONE]") return "done";
          const chunk = parseChunk(event.data);
          if (chunk !== null) options.onChunk(chunk);
          if (event.id !== undefined) at.lastEventId = event.id;
          failures = 0;
        }
      }
      options.signal.throwIfAborted();
      if (closed) {
        options.onConnection("reconnecting");
        await wait(closedMs, options.signal);
        continue;
      }
      // A server that goes away names the moment itself: there is nothing to wait for, unless it does so again.
      if (asked && failures === 0) {
        failures += 1;
        continue;
      }
    } catch (error) {
      if (options.signal.aborted || !isTransient(error)) throw error;
    }
    options.onConnection("reconnecting");
    await wait(backoffMs(failures), options.signal);
    failures += 1;
  }
}

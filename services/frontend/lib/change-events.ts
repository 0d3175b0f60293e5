import type { ChangeEvent } from "@todo/contract";
import { getSession } from "./api/auth.ts";
import { backoffMs } from "./stream/backoff.ts";

export type ChangeListener = {
  onChange: (change: ChangeEvent) => void;
  onConnected: (connected: boolean) => void;
};

/** How long a tab that was told to stay away does so. */
const CLOSED_MS = 60_000;

/**
 * Listens to what changes on the server, for as long as the tab is seen: a browser opens six connections to one host
 * at most, shared by all tabs. The server tells everything once at each connect, so nothing is missed in between.
 * Gives the function that ends it.
 */
export function listenForChanges({ onChange, onConnected }: ChangeListener): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  function open(): void {
    close();
    source = new EventSource("/api/events");
    source.addEventListener("open", () => {
      failures = 0;
      onConnected(true);
    });
    source.addEventListener("change", (event) => onChange(JSON.parse(event.data)));
    // This user has more tabs open than the server serves: it comes back to this one when it is looked at again.
    source.addEventListener("closed", () => {
      close();
      onConnected(false);
      timer = setTimeout(open, CLOSED_MS);
    });
    source.addEventListener("error", () => {
      onConnected(false);
      // After an answer that is no stream the browser gives up; the reason may be that the session has ended.
      if (source?.readyState === EventSource.CLOSED) {
        clearTimeout(timer);
        timer = setTimeout(() => void reopen(), backoffMs(failures));
        failures += 1;
      }
    });
  }

  async function reopen(): Promise<void> {
    try {
      if ((await getSession()) === null) return location.assign("/sign-in");
    } catch {
      // Not reachable: the next try shows.
    }
    if (!document.hidden) open();
  }

  function close(): void {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function onVisibility(): void {
    if (document.hidden) close();
    else open();
  }

  document.addEventListener("visibilitychange", onVisibility);
  if (!document.hidden) open();
  return () => {
    document.removeEventListener("visibilitychange", onVisibility);
    close();
  };
}

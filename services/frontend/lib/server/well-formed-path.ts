import { subscribe } from "node:diagnostics_channel";
import { IncomingMessage } from "node:http";

/**
 * From now on a path that is no UTF-8 once its escapes are read, such as `/chat/%A0`, is taken by its letters: then it leads
 * to nothing, and is answered with 404. Next would answer 500 where a page or a route takes any path.
 */
export function mendPaths(): void {
  // Node tells of each request right before it hands it to Next.
  subscribe("http.server.request.start", (message) => {
    const request =
      typeof message === "object" && message !== null && "request" in message ? message.request : undefined;
    if (request instanceof IncomingMessage && request.url !== undefined) request.url = wellFormed(request.url);
  });
}

/** The target of a request with a path that can be decoded; its query stays as it is. */
export function wellFormed(target: string): string {
  const [path = "", ...query] = target.split("?");
  try {
    decodeURIComponent(path);
    return target;
  } catch {
    return [path.replaceAll("%", "%25"), ...query].join("?");
  }
}

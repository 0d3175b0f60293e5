import { CLIENT_ADDRESS_HEADER } from "@todo/contract/client-address";

/** Headers that belong to one connection, not to the message (RFC 9110, section 7.6.1). */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Where a request comes from, in the words of who sent it. */
const claimedAddresses = [CLIENT_ADDRESS_HEADER, "x-forwarded-for", "x-real-ip", "forwarded"];

/**
 * What the backend gets: all that the browser sent, but for what describes the connection, and the browser's address
 * from us instead of from itself.
 */
export function requestHeaders(from: Headers, signedAddress: string | undefined): Headers {
  const headers = endToEnd(from);
  for (const name of claimedAddresses) headers.delete(name);
  if (signedAddress !== undefined) headers.set(CLIENT_ADDRESS_HEADER, signedAddress);
  const host = from.get("host");
  if (host !== null && !headers.has("x-forwarded-host")) headers.set("x-forwarded-host", host);
  headers.delete("host");
  headers.delete("content-length");
  headers.delete("expect");
  // `fetch` would unpack a packed answer and so change its bytes.
  headers.set("accept-encoding", "identity");
  return headers;
}

/** What the browser gets: all that the backend sent, each cookie by itself. */
export function responseHeaders(from: Headers): Headers {
  const headers = endToEnd(from);
  headers.delete("set-cookie");
  for (const cookie of from.getSetCookie()) headers.append("set-cookie", cookie);
  if (isEventStream(from)) {
    headers.delete("content-length");
    // Without it Next would gzip the stream, and hold it back until a block is full.
    if (!headers.get("cache-control")?.includes("no-transform")) headers.set("cache-control", "no-cache, no-transform");
    headers.set("x-accel-buffering", "no");
  }
  return headers;
}

/** Whether an answer goes on for as long as someone listens. */
export function isEventStream(headers: Headers): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") ?? false;
}

function endToEnd(from: Headers): Headers {
  const named = (from.get("connection") ?? "").split(",").map((name) => name.trim().toLowerCase());
  const headers = new Headers();
  for (const [name, value] of from) {
    if (!hopByHop.has(name) && !named.includes(name)) headers.append(name, value);
  }
  return headers;
}

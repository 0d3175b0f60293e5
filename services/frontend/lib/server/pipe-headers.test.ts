import { expect, test } from "vitest";
import { requestHeaders, responseHeaders } from "./pipe-headers.ts";

test("hands on what belongs to the request, and drops what belongs to the connection", () => {
  const headers = requestHeaders(
    new Headers({
      cookie: "session=1",
      origin: "http://todo.example",
      "content-type": "application/json",
      "last-event-id": "7",
      "x-request-id": "r1",
      "sec-fetch-site": "same-origin",
      host: "todo.example",
      connection: "keep-alive, x-hop",
      "x-hop": "1",
      "keep-alive": "timeout=5",
      "transfer-encoding": "chunked",
      te: "trailers",
      upgrade: "websocket",
      "content-length": "3",
      "accept-encoding": "br",
    }),
    undefined,
  );
  expect(Object.fromEntries(headers)).toEqual({
    cookie: "session=1",
    origin: "http://todo.example",
    "content-type": "application/json",
    "last-event-id": "7",
    "x-request-id": "r1",
    "sec-fetch-site": "same-origin",
    "x-forwarded-host": "todo.example",
    "accept-encoding": "identity",
  });
});

test("says of the browser's address what we know, and nothing that the browser claims", () => {
  const claimed = () => {
    const headers = new Headers({ "x-forwarded-for": "10.0.0.1", "x-real-ip": "10.0.0.1", forwarded: "for=10.0.0.1" });
    headers.append("X-Client-Address", "10.0.0.1");
    headers.append("x-client-address", "10.0.0.2");
    return headers;
  };
  expect(Object.fromEntries(requestHeaders(claimed(), "signed"))).toEqual({
    "x-client-address": "signed",
    "accept-encoding": "identity",
  });
  expect(Object.fromEntries(requestHeaders(claimed(), undefined))).toEqual({ "accept-encoding": "identity" });
});

test("gives back each cookie by itself", () => {
  const from = new Headers({ "x-request-id": "r1", connection: "close" });
  from.append("set-cookie", "a=1; Expires=Mon, 23 Nov 2026 10:00:00 GMT; HttpOnly");
  from.append("set-cookie", "b=2");
  const headers = responseHeaders(from);
  expect(headers.getSetCookie()).toEqual(["a=1; Expires=Mon, 23 Nov 2026 10:00:00 GMT; HttpOnly", "b=2"]);
  expect(headers.get("x-request-id")).toBe("r1");
  expect(headers.has("connection")).toBe(false);
});

test("an event stream is never packed nor stored on its way", () => {
  const stream = responseHeaders(new Headers({ "content-type": "text/event-stream; charset=utf-8" }));
  expect(stream.get("cache-control")).toBe("no-cache, no-transform");
  expect(stream.get("x-accel-buffering")).toBe("no");
  const own = "no-cache, no-transform, private";
  const given = responseHeaders(new Headers({ "content-type": "text/event-stream", "cache-control": own }));
  expect(given.get("cache-control")).toBe(own);
  expect(responseHeaders(new Headers({ "content-type": "application/json" })).has("cache-control")).toBe(false);
});

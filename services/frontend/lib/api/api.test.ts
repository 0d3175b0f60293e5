// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FakeServer, fakeServer, refusal } from "../_fake-server.ts";
import { ApiError, apiErrorOf, isTransient, messageOf } from "./api-error.ts";
import { changePassword, signUp } from "./auth.ts";
import { openStream } from "./conversations.ts";
import { request, withQuery } from "./http.ts";

let server: FakeServer;
const assign = vi.fn();

beforeEach(() => {
  server = fakeServer();
  assign.mockClear();
});
afterEach(() => vi.unstubAllGlobals());

const at = (pathname: string) => vi.stubGlobal("location", { assign, pathname });

test("a session that has ended leads to the sign-in page, and back", async () => {
  at("/chat/6f1c");
  server.on("GET /api/tasks", () => refusal(401, "unauthorized", "Please sign in."));
  await expect(request("GET", "/api/tasks")).rejects.toMatchObject({ status: 401 });
  expect(assign).toHaveBeenCalledExactlyOnceWith("/sign-in?next=%2Fchat%2F6f1c");
});

test("a wrong password on the sign-in page leads nowhere, nor does another refusal", async () => {
  at("/sign-in");
  server.otherwise(() => refusal(401, "unauthorized", "Wrong."));
  await expect(request("POST", "/api/auth/sign-in/email", {})).rejects.toThrow("Wrong.");
  at("/chat");
  server.otherwise(() => refusal(403, "forbidden", "No."));
  await expect(request("GET", "/api/tasks")).rejects.toThrow("No.");
  expect(assign).not.toHaveBeenCalled();
});

test("an empty answer is null", async () => {
  server.otherwise(() => new Response(null, { status: 204 }));
  expect(await request("POST", "/api/runs/r/stop", {})).toBeNull();
});

test("what is not asked for does not stand in the address", () => {
  expect(withQuery("/api/tasks", { q: "", cursor: undefined })).toBe("/api/tasks");
  expect(withQuery("/api/tasks", { q: "a b&c", limit: 0 })).toBe("/api/tasks?q=a+b%26c&limit=0");
});

test("reads our own errors, better-auth's, and answers that are none", async () => {
  expect(await apiErrorOf(refusal(409, "run_active", "Busy."))).toMatchObject({
    status: 409,
    code: "run_active",
    message: "Busy.",
    retryAfterMs: null,
  });
  const auth = Response.json({ code: "INVALID_PASSWORD", message: "Wrong." }, { status: 400 });
  expect(await apiErrorOf(auth)).toMatchObject({ code: "INVALID_PASSWORD", message: "Wrong." });
  for (const body of ["<html>", "{}", ""]) {
    const error = await apiErrorOf(new Response(body, { status: 502 }));
    expect(error).toMatchObject({ code: "internal", message: "Something went wrong. Please try again." });
  }
});

test.each([
  ["retry-after", "3", 3_000],
  ["x-retry-after", "2", 2_000],
  ["retry-after", "Wed, 25 Nov 2026 20:00:00 GMT", null],
])("%s: %s", async (name, value, ms) => {
  const answer = new Response("{}", { status: 429, headers: { [name]: value } });
  expect((await apiErrorOf(answer)).retryAfterMs).toBe(ms);
});

test("only what may pass by itself is tried again", () => {
  const statuses = [400, 401, 409, 429, 500, 502, 503, 504];
  expect(statuses.filter((status) => isTransient(new ApiError(status, "x", "x")))).toEqual([502, 503, 504]);
  expect(isTransient(new TypeError("network"))).toBe(true);
  expect(isTransient(new DOMException("late", "TimeoutError"))).toBe(true);
  expect(isTransient(new DOMException("gone", "AbortError"))).toBe(false);
  expect(isTransient(new Error("a fault of ours"))).toBe(false);
  expect(messageOf(new ApiError(400, "x", "In words."))).toBe("In words.");
});

test("who has signed up is signed in, whatever the server tells", async () => {
  const account = { name: "Ann", email: "ann@example.com", password: "long enough" };
  server.on("POST /api/auth/sign-up/email", () => ({ token: "t" }));
  await signUp(account);
  expect(server.changes()).toEqual(["POST /api/auth/sign-up/email"]);
  server.on("POST /api/auth/sign-up/email", () => ({ token: null }));
  server.on("POST /api/auth/sign-in/email", () => ({}));
  await signUp(account);
  expect(server.calls.at(-1)).toMatchObject({
    path: "/api/auth/sign-in/email",
    body: { email: "ann@example.com", password: "long enough" },
  });
});

test("a new password signs out the other devices", async () => {
  server.otherwise(() => null);
  await changePassword("old one", "new one!");
  expect(server.calls[0]).toMatchObject({
    path: "/api/auth/change-password",
    body: { currentPassword: "old one", newPassword: "new one!", revokeOtherSessions: true },
  });
});

test("a stream is asked for from its start, or from where it broke off", async () => {
  const asked = vi.fn(async (_path: string, _init: RequestInit) => new Response(null, { status: 204 }));
  vi.stubGlobal("fetch", asked);
  const { signal } = new AbortController();
  await openStream("c", null, signal);
  await openStream("c", "7", signal);
  expect(asked.mock.calls.map(([path, { headers }]) => [path, headers])).toEqual([
    ["/api/conversations/c/stream", {}],
    ["/api/conversations/c/stream", { "last-event-id": "7" }],
  ]);
});

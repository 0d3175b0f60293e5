// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeEventSource, hideTab } from "./_fake-event-source.ts";
import { type FakeServer, fakeServer, refusal } from "./_fake-server.ts";
import { listenForChanges } from "./change-events.ts";

const sessionRoute = "GET /api/auth/get-session";
const onChange = vi.fn();
const onConnected = vi.fn();
const assign = vi.fn();
let server: FakeServer;
let end = () => {};
/** Longer than any wait before the next try. */
const aWhile = () => vi.advanceTimersByTimeAsync(10_000);

beforeEach(() => {
  vi.useFakeTimers();
  FakeEventSource.install();
  vi.stubGlobal("location", { assign, pathname: "/chat" });
  server = fakeServer();
  server.on(sessionRoute, () => ({ user: { id: "me" } }));
  for (const mock of [onChange, onConnected, assign]) mock.mockClear();
});
afterEach(() => {
  end();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function listen(): FakeEventSource {
  end = listenForChanges({ onChange, onConnected });
  const [source] = FakeEventSource.open;
  if (source === undefined) throw new Error("nothing was opened");
  return source;
}

test("tells what has changed, and whether it is connected", () => {
  const source = listen();
  expect(source.url).toBe("/api/events");
  source.connects();
  source.tells({ tasks: true, conversations: false });
  expect(onChange).toHaveBeenCalledExactlyOnceWith({ tasks: true, conversations: false });
  source.breaks({ refused: false });
  source.connects();
  expect(onConnected.mock.calls).toEqual([[true], [false], [true]]);
});

test("a tab that is not seen takes no connection, and has one again when it is", () => {
  listen();
  hideTab(true);
  expect(FakeEventSource.open).toEqual([]);
  hideTab(false);
  expect(FakeEventSource.open).toHaveLength(1);
});

test("a tab that opens in the background waits until it is seen", () => {
  hideTab(true);
  end = listenForChanges({ onChange, onConnected });
  expect(FakeEventSource.all).toEqual([]);
  hideTab(false);
  expect(FakeEventSource.open).toHaveLength(1);
});

test("is seen twice and still has one connection", () => {
  listen();
  hideTab(false);
  expect(FakeEventSource.open).toHaveLength(1);
});

test("a connection that broke off is the browser's to make again", async () => {
  const source = listen();
  source.breaks({ refused: false });
  await aWhile();
  expect(server.calls).toEqual([]);
  expect(FakeEventSource.all).toEqual([source]);
});

test("one that was refused is made again while the session holds", async () => {
  listen().breaks({ refused: true });
  expect(FakeEventSource.open).toEqual([]);
  await aWhile();
  expect(server.callsOf(sessionRoute)).toHaveLength(1);
  expect(FakeEventSource.open).toHaveLength(1);
  expect(assign).not.toHaveBeenCalled();
});

test("one that was refused since the session has ended leads to the sign-in page", async () => {
  server.on(sessionRoute, () => null);
  listen().breaks({ refused: true });
  await aWhile();
  expect(assign).toHaveBeenCalledExactlyOnceWith("/sign-in");
  expect(FakeEventSource.open).toEqual([]);
});

test("one that was refused by a server that is away is tried again, later each time", async () => {
  server.on(sessionRoute, () => refusal(500, "internal", "Broken."));
  vi.spyOn(Math, "random").mockReturnValue(1);
  const source = listen();
  const waits: number[] = [];
  for (let i = 0, last = source; i < 3; i += 1) {
    last.breaks({ refused: true });
    const from = Date.now();
    while (FakeEventSource.open.length === 0) await vi.advanceTimersByTimeAsync(50);
    waits.push(Date.now() - from);
    last = FakeEventSource.open[0] ?? source;
  }
  const [first = 0, second = 0, third = 0] = waits;
  expect(first).toBeLessThan(second);
  expect(second).toBeLessThan(third);
  FakeEventSource.open[0]?.connects();
  FakeEventSource.open[0]?.breaks({ refused: true });
  await vi.advanceTimersByTimeAsync(first);
  expect(FakeEventSource.open).toHaveLength(1);
});

test("a tab of too many stays away for a minute, or until it is looked at again", async () => {
  listen().closes();
  expect(FakeEventSource.open).toEqual([]);
  expect(onConnected).toHaveBeenLastCalledWith(false);
  await vi.advanceTimersByTimeAsync(59_000);
  expect(FakeEventSource.open).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  const [again] = FakeEventSource.open;
  again?.closes();
  hideTab(true);
  hideTab(false);
  expect(FakeEventSource.open).toHaveLength(1);
});

test("waiting for the next try ends when the tab is hidden", async () => {
  listen().breaks({ refused: true });
  hideTab(true);
  await aWhile();
  expect(FakeEventSource.open).toEqual([]);
});

test("a tab that was hidden while the session was asked for opens nothing", async () => {
  const session = Promise.withResolvers();
  server.on(sessionRoute, () => session.promise);
  listen().breaks({ refused: true });
  await aWhile();
  hideTab(true);
  session.resolve({ user: { id: "me" } });
  await aWhile();
  expect(FakeEventSource.open).toEqual([]);
});

test("ends for good", async () => {
  const source = listen();
  end();
  expect(FakeEventSource.open).toEqual([]);
  hideTab(true);
  hideTab(false);
  source.breaks({ refused: true });
  end();
  await aWhile();
  expect(FakeEventSource.open).toEqual([]);
});

test("ends for good also while it waits for the next try", async () => {
  listen().breaks({ refused: true });
  end();
  await aWhile();
  expect(server.calls).toEqual([]);
  expect(FakeEventSource.open).toEqual([]);
});

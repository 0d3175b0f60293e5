import { limits } from "@todo/contract";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OpenStreams } from "./open-streams.ts";

const HEARTBEAT_MS = 10_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const valid = new Set(["one", "two"]);
  const asked: string[][] = [];
  const onError = vi.fn();
  const validSessions = vi.fn(async (tokens: readonly string[]) => {
    asked.push([...tokens]);
    return valid;
  });
  const streams = new OpenStreams({ validSessions, heartbeatMs: HEARTBEAT_MS, onError });
  const open = (token: string, owner = token) => {
    const stream = { owner, token, beat: vi.fn(), close: vi.fn() };
    return { ...stream, forget: streams.add(stream) };
  };
  return { valid, asked, onError, validSessions, open };
}

describe("open streams", () => {
  it("beat together, and one question asks for the sessions of all of them", async () => {
    const { asked, open } = setUp();
    const all = [open("one"), open("one"), open("two")];
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS * 0.9);
    expect(asked).toEqual([]);
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS * 0.2);
    expect(asked).toEqual([["one", "two"]]);
    for (const { beat } of all) expect(beat).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS * 2);
    for (const { beat } of all) expect(beat).toHaveBeenCalledTimes(3);
  });

  it("are closed when their session has ended, and nobody else's is", async () => {
    const { valid, open } = setUp();
    const [one, two] = [open("one"), open("two")];
    valid.delete("one");
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS * 1.1);
    expect(one.close.mock.calls).toEqual([["session"]]);
    expect(two.close).not.toHaveBeenCalled();
  });

  it("stay when nobody can be asked, and are asked for at the next beat", async () => {
    const { valid, validSessions, onError, open } = setUp();
    const one = open("one");
    valid.delete("one");
    validSessions.mockRejectedValueOnce(new Error("away"));
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS * 1.1);
    expect(one.close).not.toHaveBeenCalled();
    expect(onError).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
    expect(one.close).toHaveBeenCalledTimes(1);
  });

  it("that are too many for one owner have the oldest told to go, which beats no more", async () => {
    const { open } = setUp();
    const all = Array.from({ length: limits.streamsPerUser + 1 }, () => open("one"));
    const other = open("two");
    expect(all[0]?.close.mock.calls).toEqual([["too many"]]);
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS * 1.1);
    expect(all[0]?.beat).not.toHaveBeenCalled();
    for (const { beat, close } of [...all.slice(1), other]) {
      expect(beat).toHaveBeenCalledTimes(1);
      expect(close).not.toHaveBeenCalled();
    }
  });

  it("that are gone leave no clock behind", async () => {
    const { asked, open } = setUp();
    const all = [open("one"), open("two")];
    for (const { forget } of all) forget();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS * 2);
    expect(asked).toEqual([]);
    open("one");
    expect(vi.getTimerCount()).toBe(1);
  });
});

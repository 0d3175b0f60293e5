import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { HashQueue } from "./hash-queue.ts";

/** A queue, and work in it that goes on until it is told to end. */
function busy(pieces: number) {
  const queue = new HashQueue({ atOnce: 2, waiting: 3, retryAfter: 7 });
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const done = Array.from({ length: pieces }, (_, i) =>
    queue.run(async () => {
      begun.push(i);
      await new Promise<void>((resolve) => {
        ends[i] = resolve;
      });
      if (i === 0) throw new Error("broken");
      return i;
    }),
  );
  return { queue, begun, ends, settled: Promise.allSettled(done) };
}

describe("the line for hashing", () => {
  it("does two at once, the first come first, and goes on though one fails", async () => {
    const { begun, ends, settled } = busy(5);
    expect(begun).toEqual([0, 1]);
    for (let i = 0; i < 5; i++) {
      ends[i]?.();
      await setImmediate();
      expect(begun).toEqual([0, 1, 2, 3, 4].slice(0, Math.min(5, i + 3)));
    }
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", ...Array(4).fill("fulfilled")]);
  });

  it("refuses who comes when it is full, says when to come again, and takes people again later", async () => {
    const { queue, ends, settled } = busy(6);
    const refusal = { code: "rate_limited", retryAfter: 7, message: expect.stringContaining("Try again in 7 seconds") };
    expect(() => queue.assertRoom()).toThrow(expect.objectContaining(refusal));
    for (let i = 0; i < 5; i++) {
      ends[i]?.();
      await setImmediate();
    }
    expect((await settled)[5]).toMatchObject({ status: "rejected", reason: refusal });
    expect(await queue.run(async () => "served")).toBe("served");
  });
});

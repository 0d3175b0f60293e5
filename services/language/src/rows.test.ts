import { expect, test } from "vitest";
import { read, rows } from "./read.ts";

const clock = { now: new Date("2026-11-25T17:20:00Z"), zone: "Europe/Berlin" };

test.each(rows.flatMap(({ frame, examples }) => examples.map((example) => [example, frame] as const)))(
  "%s: %s",
  (example, frame) => {
    expect(read(example, clock).map((found) => found.do)).toContain(frame);
  },
);

test("each row has an example", () => {
  expect(rows.filter(({ examples }) => examples.length === 0)).toEqual([]);
});

import pg from "pg";
import { describe, expect, it } from "vitest";
import { toIso } from "./timestamps.ts";

const { TIMESTAMPTZ } = pg.types.builtins;

/** What the driver's own reading of the text would have given. */
function asDate(text: string): string {
  const parse: (text: string) => Date = pg.types.getTypeParser(TIMESTAMPTZ);
  return parse(text).toISOString();
}

describe("a time as PostgreSQL shows it", () => {
  it.each([
    ["2026-11-29 13:24:07+00", "2026-11-29T13:24:07.000Z"],
    ["2026-11-29 13:24:07.1+00", "2026-11-29T13:24:07.100Z"],
    ["2026-11-29 13:24:07.12+00", "2026-11-29T13:24:07.120Z"],
    ["2026-11-29 13:24:07.999999+00", "2026-11-29T13:24:07.999Z"],
    ["2026-11-29 13:24:07.000001+00", "2026-11-29T13:24:07.000Z"],
    ["0001-01-01 00:00:00+00", "0001-01-01T00:00:00.000Z"],
    ["2026-11-29 13:24:07.5+01", "2026-11-29T12:24:07.500Z"],
    ["2026-11-29 13:24:07.123456+05:45", "2026-11-29T07:39:07.123Z"],
    ["2026-11-29 13:24:07.25-03:30", "2026-11-29T16:54:07.250Z"],
  ])("%s is %s, as it would be by way of a Date", (text, iso) => {
    expect(toIso(text)).toBe(iso);
    expect(asDate(text)).toBe(iso);
  });

  it("is the same for each millisecond", () => {
    for (let ms = 0; ms < 1_000; ms++) {
      const text = `2026-02-28 23:59:59.${String(ms).padStart(3, "0")}`.replace(/\.?0+$/, "");
      expect(toIso(`${text}+00`)).toBe(new Date(Date.UTC(2026, 1, 28, 23, 59, 59, ms)).toISOString());
    }
  });
});

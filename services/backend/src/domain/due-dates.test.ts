import { dueSchema } from "@todo/contract";
import { describe, expect, it } from "vitest";
import { localDate, resolveDue } from "./due-dates.ts";

const NOON = new Date("2026-06-17T10:00:00Z"); // a Wednesday, 12:00 in Berlin
const ZONE = "Europe/Berlin";
const resolve = (phrase: string, now = NOON, zone = ZONE) => {
  const { date, time } = resolveDue(phrase, now, zone);
  return time === null ? date : `${date} ${time}`;
};

const attempt = (phrase: string) => {
  try {
    return resolveDue(phrase, NOON, ZONE);
  } catch (error) {
    return error;
  }
};

describe("resolveDue", () => {
  it.each([
    ["2030-01-31", "2030-01-31"],
    [" 2030-01-31 ", "2030-01-31"],
    ["2030-01-31T09:05", "2030-01-31 09:05"],
    ["2030-01-31 23:59:59", "2030-01-31 23:59"],
    ["2030-01-31T09:05:00Z", "2030-01-31 09:05"],
    ["tomorrow, 18 June", "2026-06-18"],
    ["Friday (19 June)", "2026-06-19"],
    ["2028-02-29", "2028-02-29"],
    ["today", "2026-06-17"],
    ["tomorrow", "2026-06-18"],
    ["tomorrow at 5pm", "2026-06-18 17:00"],
    ["friday", "2026-06-19"],
    ["in 3 days", "2026-06-20"],
    ["june 20", "2026-06-20"],
    ["january 3", "2027-01-03"],
    ["tonight at 8:30pm", "2026-06-17 20:30"],
  ])("reads %s", (phrase, expected) => {
    expect(resolve(phrase)).toBe(expected);
  });

  it.each(["", "soon", "milk", "2026-02-30", "2026-13-01", "0000-01-01", "2030-01-31T25:00", "2026-1-5x", "44 BC"])(
    "does not guess at %j: it refuses, or gives a day that there is",
    (phrase) => {
      const found = attempt(phrase);
      if (found instanceof Error) expect(found).toMatchObject({ code: "due_not_understood" });
      else expect(dueSchema.safeParse(found).success).toBe(true);
    },
  );

  it.each(["", "soon", "milk", "2026-02-30", "0000-01-01", "every friday"])("refuses %j", (phrase) => {
    expect(attempt(phrase)).toMatchObject({ code: "due_not_understood" });
  });

  it("says what it did not understand, cut without breaking a character", () => {
    const error = attempt(`x${"👋".repeat(50)}`);
    if (!(error instanceof Error)) throw new Error("it was understood");
    expect(error.message.isWellFormed()).toBe(true);
    expect(error.message.length).toBeLessThan(100);
  });

  it("reckons in the user's zone, whatever the server's is", () => {
    const late = new Date("2026-06-17T22:30:00Z");
    expect(resolve("tomorrow", late, "Europe/Berlin")).toBe("2026-06-19");
    expect(resolve("tomorrow", late, "America/Los_Angeles")).toBe("2026-06-18");
    expect(resolve("tomorrow", late, "Pacific/Kiritimati")).toBe("2026-06-19");
    expect(resolve("in 2 hours", late, "Asia/Kolkata")).toBe("2026-06-18 06:00");
  });

  it("is not moved by a clock that goes forward or back in between", () => {
    expect(resolve("tomorrow at 02:30", new Date("2026-03-28T12:00:00Z"))).toBe("2026-03-29 02:30");
    expect(resolve("tomorrow at 9am", new Date("2026-03-28T23:30:00Z"))).toBe("2026-03-30 09:00");
    expect(resolve("in 1 day at 18:00", new Date("2026-10-24T22:30:00Z"))).toBe("2026-10-26 18:00");
    expect(resolve("tomorrow", new Date("2026-09-05T12:00:00Z"), "America/Santiago")).toBe("2026-09-06");
  });
});

describe("localDate", () => {
  it.each([
    ["2026-06-17T21:59:59Z", "Europe/Berlin", "2026-06-17"],
    ["2026-06-17T22:00:00Z", "Europe/Berlin", "2026-06-18"],
    ["2026-06-17T22:00:00Z", "America/New_York", "2026-06-17"],
    ["2026-12-31T23:59:59Z", "UTC", "2026-12-31"],
    ["2026-12-31T10:00:00Z", "Pacific/Kiritimati", "2027-01-01"],
  ])("of %s in %s is %s", (now, zone, date) => {
    expect(localDate(new Date(now), zone)).toBe(date);
  });
});

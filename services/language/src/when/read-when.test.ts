import { describe, expect, it } from "vitest";
import { plusDays, wallClock, weekdayOf } from "./calendar.ts";
import { findWhens, readWhen } from "./read-when.ts";

const clock = { now: new Date("2026-11-25T17:20:00Z"), zone: "Europe/Berlin" }; // a Wednesday, 18:20
const told = (phrase: string, at: Partial<typeof clock> = {}) => {
  const when = readWhen(phrase, { ...clock, ...at });
  if (when === undefined) return "not understood";
  if (when.repeats) return "repeats";
  return when.problem ?? [when.day, when.time].filter((part) => part !== null).join(" ");
};

describe("a phrase", () => {
  it.each([
    ["today", "2026-11-25"],
    ["tomorrow", "2026-11-26"],
    ["tommorrow at 5pm", "2026-11-26 17:00"],
    ["tmrw", "2026-11-26"],
    ["the day after tomorrow", "2026-11-27"],
    ["tonight", "2026-11-25 21:00"],
    ["tonight at midnight", "2026-11-26 00:00"],
    ["tonight at 9", "2026-11-25 21:00"],
    ["tomorrow at 7 in the evening", "2026-11-26 19:00"],
    ["tomorrow at 8 in the evening", "2026-11-26 20:00"],
    ["tomorrow evening at 8", "2026-11-26 20:00"],
    ["tomorrow morning", "2026-11-26 09:00"],
    ["friday", "2026-11-27"],
    ["on Friday", "2026-11-27"],
    ["wednesday", "2026-11-25"],
    ["wednesday at 9am", "2026-12-02 09:00"],
    ["wednesday at 9pm", "2026-11-25 21:00"],
    ["next friday", "2026-12-04"],
    ["next monday", "2026-11-30"],
    ["this friday", "2026-11-27"],
    ["friday in two weeks", "2026-12-11"],
    ["friday week", "2026-12-04"],
    ["friday next week", "2026-12-04"],
    ["two weeks from tomorrow", "2026-12-10"],
    ["a week from tomorrow", "2026-12-03"],
    ["a month from 31 January", "2027-02-28"],
    ["two days before christmas", "not understood"],
    ["in a fortnight", "2026-12-09"],
    ["in a week", "2026-12-02"],
    ["in 3 days", "2026-11-28"],
    ["in 2 days at 10", "2026-11-27 10:00"],
    ["in an hour and a half", "2026-11-25 19:50"],
    ["in 90 minutes", "2026-11-25 19:50"],
    ["in half an hour", "2026-11-25 18:50"],
    ["in 2 hours", "2026-11-25 20:20"],
    ["1st of next month", "2026-12-01"],
    ["the first of next month", "2026-12-01"],
    ["on the 15th", "2026-12-15"],
    ["the 15th", "2026-12-15"],
    ["the 25th", "2026-11-25"],
    ["end of the month", "2026-11-30"],
    ["by the end of the month", "2026-11-30"],
    ["end of the week", "2026-11-27"],
    ["this weekend", "2026-11-28"],
    ["next week", "2026-11-30"],
    ["next month", "2026-12-01"],
    ["3.4.2027", "2027-04-03"],
    ["13.4.2027", "2027-04-13"],
    ["5.12. at 9", "2026-12-05 09:00"],
    ["on 5.12. at 9", "2026-12-05 09:00"],
    ["3/4/2027", "2027-03-04"],
    ["13/4/2027", "2027-04-13"],
    ["2026-12-05", "2026-12-05"],
    ["Dec 30 6am", "2026-12-30 06:00"],
    ["december 30th, 2026 at 6:15 p.m.", "2026-12-30 18:15"],
    ["30 Dec", "2026-12-30"],
    ["the 3rd of March", "2027-03-03"],
    ["Fri 27 Nov", "2026-11-27"],
    ["Friday, November 27, 2026 at 5:00 PM", "2026-11-27 17:00"],
    ["Friday 28 November", "2026-11-28 is a Saturday, not a Friday"],
    ["5pm", "2026-11-26 17:00"],
    ["7pm", "2026-11-25 19:00"],
    ["at 5", "2026-11-26 17:00"],
    ["at 8", "2026-11-25 20:00"],
    ["today at 8", "2026-11-25 20:00"],
    ["tomorrow at 8", "2026-11-26 08:00"],
    ["tomorrow at 2:30", "2026-11-26 14:30"],
    ["tomorrow at 02:30", "2026-11-26 02:30"],
    ["tomorrow at half past 3", "2026-11-26 15:30"],
    ["quarter to nine tomorrow", "2026-11-26 08:45"],
    ["quarter past 5 pm", "2026-11-26 17:15"],
    ["tomorrow 17h30", "2026-11-26 17:30"],
    ["noon tomorrow", "2026-11-26 12:00"],
    ["tomorrow at noon", "2026-11-26 12:00"],
    ["31 Feb", "There is no 31 February"],
    ["31.2.2027", "There is no 31 February 2027"],
    ["tomorrow at 25:00", "There is no 25:00 on a clock"],
    ["every other day", "repeats"],
    ["every 3rd tuesday", "repeats"],
    ["every weekday", "repeats"],
    ["daily", "repeats"],
    ["soon", "not understood"],
    ["milk", "not understood"],
    ["", "not understood"],
    ["2 days", "not understood"],
    ["may", "not understood"],
    ["5", "not understood"],
  ])("%s: %s", (phrase, expected) => {
    expect(told(phrase)).toBe(expected);
  });

  it("means what the wall shows, in summer and winter, under any zone of the server", () => {
    const berlin = (now: string) => told("in 2 hours", { now: new Date(now) });
    expect(berlin("2026-03-29T00:30:00Z")).toBe("2026-03-29 04:30");
    expect(berlin("2026-10-25T00:30:00Z")).toBe("2026-10-25 03:30");
    expect(told("tomorrow", { now: new Date("2026-11-25T23:30:00Z") })).toBe("2026-11-27");
    expect(told("wednesday", { now: new Date("2026-11-26T03:00:00Z"), zone: "America/Los_Angeles" })).toBe(
      "2026-11-25",
    );
  });
});

describe("a text", () => {
  const inside = (text: string) =>
    findWhens(text, clock).map(({ from, end, lead, day, time }) => [text.slice(from, end), lead, day, time]);

  it.each([
    ["renew the lease two weeks from tomorrow", [["two weeks from tomorrow", "", "2026-12-10", null]]],
    ["call mom by friday at 5pm please", [["by friday at 5pm", "by", "2026-11-27", "17:00"]]],
    [
      "gym monday, wednesday and friday",
      [
        ["monday", "", "2026-11-30", null],
        ["wednesday", "", "2026-11-25", null],
        ["friday", "", "2026-11-27", null],
      ],
    ],
    ["buy 5 eggs and 2 pm bottles", [["2 pm", "", "2026-11-26", "14:00"]]],
    ["read chapter 5 may be", []],
    ["pay 3.50 for v2.10", []],
    ["call at 5 main street", []],
    ["march to the sun", []],
    ["sat down", []],
  ])("%s", (text, expected) => {
    expect(inside(text)).toEqual(expected);
  });
});

describe("each hour of a day, in four zones, around the changes of the clocks", () => {
  const zones = ["Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland"];
  const days = ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-25", "2026-11-01", "2026-11-25"];
  const instants = days.flatMap((day) =>
    Array.from({ length: 24 }, (_, hour) => new Date(`${day}T${String(hour).padStart(2, "0")}:30:00Z`)),
  );

  it.each(zones)("%s", (zone) => {
    for (const now of instants) {
      const at = { now, zone };
      const today = wallClock(now, zone).day;
      expect(readWhen("tomorrow", at)?.day).toBe(plusDays(today, 1));
      const wednesday = readWhen("on wednesday", at)?.day ?? "";
      expect([weekdayOf(wednesday), wednesday >= today, wednesday < plusDays(today, 7)]).toEqual([3, true, true]);
      const later = wallClock(new Date(now.getTime() + 2 * 3_600_000), zone);
      expect(readWhen("in 2 hours", at)).toMatchObject(later);
      const nine = readWhen("at 9pm", at);
      expect(nine).toMatchObject({ time: "21:00" });
      expect(`${nine?.day} ${nine?.time}` > `${today} ${wallClock(now, zone).time}`).toBe(true);
    }
  });

  it("whatever the zone of this process is", () => {
    const own = process.env["TZ"];
    const said = ["tomorrow", "in 2 hours", "next friday at 5pm", "the 1st of next month", "3.4.2027", "tonight"];
    const meanings = ["UTC", "America/New_York", "Pacific/Kiritimati", "Europe/London"].map((zone) => {
      process.env["TZ"] = zone;
      return instants.map((now) => said.map((phrase) => told(phrase, { now })).join());
    });
    if (own === undefined) delete process.env["TZ"];
    else process.env["TZ"] = own;
    expect(new Set(meanings.map((one) => one.join("\n"))).size).toBe(1);
  });
});

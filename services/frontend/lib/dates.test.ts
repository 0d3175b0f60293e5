import { expect, test } from "vitest";
import { dateLocale, dueState, formatDue, wallClock } from "./dates.ts";

const berlin = "Europe/Berlin";

test("shows a day as it was said, wherever the reader is", () => {
  for (const zone of ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"]) {
    expect(formatDue({ date: "2026-11-27", time: null, zone: berlin }, "en-GB", zone)).toBe("Fri, 27 Nov 2026");
  }
});

test("shows the time, and the zone only to a reader elsewhere", () => {
  const due = { date: "2026-11-27", time: "17:05", zone: berlin };
  expect(formatDue(due, "en-GB", berlin)).toBe("Fri, 27 Nov 2026, 17:05");
  expect(formatDue(due, "en-GB", "UTC")).toBe("Fri, 27 Nov 2026, 17:05 (Europe/Berlin)");
});

test("a time that clocks skip is still shown as it was said", () => {
  const due = { date: "2026-03-29", time: "02:30", zone: berlin };
  expect(formatDue(due, "en-GB", berlin)).toBe("Sun, 29 Mar 2026, 02:30");
});

test("knows what is overdue by the clock of the task's zone", () => {
  const now = new Date("2026-11-23T23:30:00Z");
  expect(wallClock(now, berlin)).toEqual({ date: "2026-11-24", time: "00:30" });
  expect(dueState({ date: "2026-11-23", time: null, zone: berlin }, now)).toBe("overdue");
  expect(dueState({ date: "2026-11-23", time: null, zone: "UTC" }, now)).toBe("today");
  expect(dueState({ date: "2026-11-24", time: "00:29", zone: berlin }, now)).toBe("overdue");
  expect(dueState({ date: "2026-11-24", time: "00:31", zone: berlin }, now)).toBe("today");
  expect(dueState({ date: "2026-11-25", time: null, zone: berlin }, now)).toBe("later");
});

test("writes dates in the language of the page", () => {
  expect(dateLocale("en-US")).toBe("en-US");
  expect(dateLocale("de-DE")).toBe("en-GB");
  expect(dateLocale("")).toBe("en-GB");
});

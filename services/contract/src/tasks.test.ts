import { describe, expect, it } from "vitest";
import { limits } from "./limits.ts";
import {
  dueSchema,
  localDateSchema,
  newTaskSchema,
  taskFilterSchema,
  taskPatchSchema,
  timeZoneSchema,
} from "./tasks.ts";

const fits = (schema: { safeParse: (value: unknown) => { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe("a new task", () => {
  it("has a trimmed title and clean tags", () => {
    const task = { title: "  milk ", tags: [" Home ", "BÜRO"] };
    expect(newTaskSchema.parse(task)).toEqual({ title: "milk", tags: ["home", "büro"] });
  });

  it.each([
    {},
    { title: "" },
    { title: "  " },
    { title: 1 },
    { title: "x".repeat(limits.titleCharacters + 1) },
    { title: "a\0" },
    { title: "\ud800" },
    { title: "x", notes: "x".repeat(limits.notesCharacters + 1) },
    { title: "x", tags: ["two words"] },
    { title: "x", tags: ["#x"] },
    { title: "x", tags: ["a,b"] },
    { title: "x", tags: [""] },
    { title: "x", tags: Array.from({ length: limits.tagsPerTask + 1 }, (_, i) => `${i}`) },
    { title: "x", priority: "urgent" },
    { title: "x", number: 3 },
    { title: "x", userId: "u" },
    { title: "x", status: "done" },
  ])("is not %j", (value) => {
    expect(fits(newTaskSchema, value)).toBe(false);
  });
});

describe("a patch", () => {
  it("must change something", () => {
    expect(fits(taskPatchSchema, {})).toBe(false);
    expect(fits(taskPatchSchema, { due: null })).toBe(true);
    expect(fits(taskPatchSchema, { status: "done" })).toBe(true);
  });
});

describe("a due day", () => {
  it.each(["0001-01-01", "2028-02-29", "9999-12-31"])("may be %s", (date) => {
    expect(fits(localDateSchema, date)).toBe(true);
  });

  it.each([
    "0000-01-01",
    "2026-02-29",
    "2026-13-01",
    "2026-1-1",
    "20260101",
    "10000-01-01",
    "tomorrow",
    "2026-01-01T00:00",
  ])("is not %s", (date) => {
    expect(fits(localDateSchema, date)).toBe(false);
  });

  it("has a local time of 24 hours, or none", () => {
    const due = (time: unknown) => fits(dueSchema, { date: "2026-01-01", time, zone: "UTC" });
    expect(["00:00", "23:59", null].map(due)).toEqual([true, true, true]);
    expect(["24:00", "9:00", "09:60", "09:00:00", "", undefined].map(due)).toEqual(Array(6).fill(false));
  });
});

describe("a time zone", () => {
  it.each(["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"])("may be %s", (zone) => {
    expect(fits(timeZoneSchema, zone)).toBe(true);
  });

  it.each(["", "+02:00", "Berlin", "Europe/Nowhere", "Europe/Berlin\0", "x".repeat(65), 1])("is not %j", (zone) => {
    expect(fits(timeZoneSchema, zone)).toBe(false);
  });
});

describe("a filter", () => {
  it("has defaults, and takes numbers as queries send them", () => {
    expect(taskFilterSchema.parse({})).toEqual({ sort: "number", limit: 50 });
    expect(taskFilterSchema.parse({ limit: "7" }).limit).toBe(7);
  });

  it.each([
    { limit: "0" },
    { limit: "101" },
    { limit: "" },
    { limit: "1.5" },
    { sort: "title" },
    { userId: "x" },
    { cursor: "x".repeat(301) },
  ])("is not %j", (value) => {
    expect(fits(taskFilterSchema, value)).toBe(false);
  });
});

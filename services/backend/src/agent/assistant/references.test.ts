import { expect, test } from "vitest";
import type { Reference } from "./commands.ts";
import { maskQuotes, words } from "./normalise.ts";
import { readReference } from "./references.ts";

const read = (text: string, numbers: readonly number[] = []) => {
  const masked = maskQuotes(text);
  return readReference(masked.text, masked, { numbers });
};
const numbers = (...all: number[]): Reference => ({ by: "numbers", numbers: all });

test.each<[string, Reference | null]>([
  ["3", numbers(3)],
  ["#3", numbers(3)],
  ["number 3", numbers(3)],
  ["task #3", numbers(3)],
  ["task three", numbers(3)],
  ["3 and 5", numbers(3, 5)],
  ["3, 4, and 5", numbers(3, 4, 5)],
  ["tasks 1-3", numbers(1, 2, 3)],
  ["1 to 3 and 7", numbers(1, 2, 3, 7)],
  ["3 and 3", numbers(3)],
  ["5-3", null],
  ["1-9999", null],
  ["the first one", { by: "place", place: 0 }],
  ["my last task", { by: "place", place: -1 }],
  ["the whole list", { by: "all", scope: "all" }],
  ["all of my completed tasks", { by: "all", scope: "done" }],
  ["every open task", { by: "all", scope: "open" }],
  ["everything except 3", null],
  ["the meetings but not the last", null],
  ["all meetings", null],
  ["the task", { by: "missing" }],
  ["tasks", { by: "missing" }],
  ["it", { by: "missing" }],
  ["the meeting task", { by: "title", title: "meeting" }],
  ["the task called 'Task 3'", { by: "title", title: "Task 3" }],
  ["7 eleven", { by: "title", title: "7 eleven" }],
])("%s", (text, expected) => expect(read(text)).toEqual(expected));

test("what was spoken of just before", () => {
  expect(read("it", [4])).toEqual(numbers(4));
  expect(read("it", [4, 5])).toEqual({ by: "missing" });
  expect(read("them", [4, 5])).toEqual(numbers(4, 5));
  expect(read("the second one", [4, 5])).toEqual(numbers(5));
});

test("words are compared without case, accents and plural", () => {
  expect(words("The Groceries, CAFÉS & boxes")).toEqual(["the", "grocery", "cafe", "box"]);
});

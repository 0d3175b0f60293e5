import { expect, it } from "vitest";
import { titles, whens } from "./_vocabulary.ts";
import { read } from "./read.ts";
import type { Draft } from "./types.ts";

const clock = { now: new Date("2026-11-25T17:20:00Z"), zone: "Europe/Berlin" };
const SENTENCES = 20_000;

/** Numbers that are the same in every run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const openings = [
  "add ",
  "Add a task to ",
  "add a task: ",
  "please add ",
  "can you add ",
  "new task: ",
  "create a task called ",
  "remind me to ",
  "I need to ",
  "I have to ",
  "don't forget to ",
  "todo: ",
  "",
];
const priorities = [
  ["", null],
  ["", null],
  ["", null],
  [", high priority", "high"],
  [" !high", "high"],
  [" p2", "medium"],
  [", low priority", "low"],
] as const;
const tags = [
  ["", []],
  ["", []],
  ["", []],
  [" #home", ["home"]],
  [" #work #errands", ["work", "errands"]],
] as const;

// Nor is a task without a verb of to-dos taken for one.
const order = /^(?:march|finish|complete|delete|move|change|mark|show|list|find|cancel|add) /;

it(`loses no word of a request to add, and adds none, in ${SENTENCES} sentences`, { timeout: 120_000 }, () => {
  const next = seeded(20_261_129);
  const pick = <T>(values: readonly T[]): T => values[next(values.length)] as T;
  const wrong: string[] = [];
  for (let i = 0; i < SENTENCES; i++) {
    const title = pick(titles);
    const when = next(3) === 0 ? null : pick(whens);
    const opening = pick(openings);
    // "Cancel the subscription" alone may well be about a task of that name.
    if (opening === "" && order.test(title)) continue;
    const [level, priority] = pick(priorities);
    const [label, tagged] = pick(tags);
    const end = pick(["", "", ".", "!", " please"]);
    const sentence = `${opening}${title}${when ? ` ${when[0]}` : ""}${level}${label}${end}`;
    const due = when && { day: when[1], time: when[2] };
    const expected: Draft = { title, notes: null, priority, tags: [...tagged], due };
    const found = read(sentence, clock);
    const [frame] = found;
    const right =
      frame?.do === "add" && found.length === 1 && JSON.stringify(frame.tasks) === JSON.stringify([expected]);
    if (!right) wrong.push(`${sentence}\n  ${JSON.stringify(found)}`);
  }
  expect(wrong.slice(0, 20).join("\n")).toBe("");
});

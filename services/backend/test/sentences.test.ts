import type { Task } from "@todo/contract";
import { beforeAll, describe, expect, it } from "vitest";
import { type Person, signUp, startTestServer, type TestServer } from "./_harness.ts";

/** A Wednesday, 18:20 in Berlin, where all of it is said. */
const NOW = new Date("2026-11-25T17:20:00Z");

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ clock: () => NOW });
  return server.close;
});

const zone = "Europe/Berlin";
const on = (date: string, time: string | null = null) => ({ date, time, zone });
/** What is on the list before each of them; 7 and 9 are done. */
const given = [
  { title: "Pay electricity bill", due: on("2026-11-23"), priority: "high" },
  { title: "Call mom", due: on("2026-11-25", "18:00") },
  { title: "Email Sarah about budget", due: on("2026-11-25"), tags: ["work"] },
  { title: "Buy milk", tags: ["shopping"] },
  { title: "Buy eggs", tags: ["shopping"] },
  { title: "Write report", due: on("2026-11-27"), tags: ["work"] },
  { title: "Clean the desk" },
  { title: "Dentist", due: on("2026-12-03", "09:00") },
  { title: "Buy bread", tags: ["shopping"] },
];
const DONE = [7, 9];

/** "4 Buy milk @2026-11-26 09:00 !high #shopping done" */
function line({ number, title, due, priority, tags, status }: Task): string {
  const when = due && ` @${due.date}${due.time ? ` ${due.time}` : ""}`;
  const level = priority === "none" ? "" : ` !${priority}`;
  return `${number} ${title}${when ?? ""}${level}${tags.map((tag) => ` #${tag}`).join("")}${status === "done" ? " done" : ""}`;
}

async function withTasks(): Promise<Person> {
  const ann = await signUp(server);
  for (const task of given) await ann.json("POST", "/api/tasks", task);
  await ann.json("POST", "/api/tasks/complete", { tasks: DONE });
  return ann;
}

type Case = readonly [what: string, said: readonly string[], changed: readonly string[], told?: RegExp];

/** Each on a list of its own: what is said, one message after the other, and the rows that are other than before. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  "what was shown": [
    [
      "them",
      ["show tasks tagged shopping", "complete all of them"],
      ["4 Buy milk #shopping done", "5 Buy eggs #shopping done"],
    ],
    [
      "everything of a part",
      ["what's due today?", "move everything to tomorrow"],
      ["2 Call mom @2026-11-26 18:00", "3 Email Sarah about budget @2026-11-26 #work"],
    ],
    ["nothing", ["help", "delete the first one"], [], /Which one do you mean/],
    [
      "the second of two new ones",
      ["add milk chocolate and dark chocolate", "make the second one urgent"],
      ["10 milk chocolate", "11 dark chocolate !high"],
    ],
    ["what was found", ["find budget", "delete it"], ["3 gone"]],
    ["the last", ["what's overdue?", "complete the last one"], ["1 Pay electricity bill @2026-11-23 !high done"]],
  ],
  names: [
    ["no part of a word", ["add Buy carrots", "delete the car task"], ["10 Buy carrots"], /No task fits/],
    ["two numbers", ["change 2 to 3"], [], /not sure what "3" means/],
    ["several fit", ["complete buy"], [], /Which one do you mean/],
    ["one of several, by its place", ["delete buy", "the second one"], ["5 gone"]],
  ],
  times: [
    ["a time alone", ["move the dentist to 3pm"], ["8 Dentist @2026-12-03 15:00"]],
    ["later by days", ["postpone the report by 2 days"], ["6 Write report @2026-11-29 #work"]],
    ["later, by number", ["postpone 3 by two days"], ["3 Email Sarah about budget @2026-11-27 #work"]],
    [
      "from day to day",
      ["push everything from today to tomorrow"],
      ["2 Call mom @2026-11-26 18:00", "3 Email Sarah about budget @2026-11-26 #work"],
    ],
    ["no such day", ["add pay rent 31 Feb"], ["10 pay rent 31 Feb"], /There is no 31 February/],
    ["no such hour", ["move the dentist to 25:00"], [], /There is no 25:00/],
    [
      "one for each day",
      ["add gym monday, wednesday and friday"],
      ["10 gym @2026-11-30", "11 gym @2026-11-25", "12 gym @2026-11-27"],
    ],
    ["a repeat", ["add water the plants every other day"], ["10 water the plants every other day"], /can't repeat/],
    ["a correction", ["move the report to Monday", "no, saturday"], ["6 Write report @2026-11-28 #work"]],
  ],
  "many at once": [
    ["a group done", ["mark all shopping tasks done"], ["4 Buy milk #shopping done", "5 Buy eggs #shopping done"]],
    ["a group deleted", ["delete all overdue tasks"], ["1 gone"]],
    [
      "several numbers",
      ["done 4 5 6"],
      ["4 Buy milk #shopping done", "5 Buy eggs #shopping done", "6 Write report @2026-11-27 #work done"],
    ],
    [
      "all of what is due",
      ["move everything due today to friday"],
      ["2 Call mom @2026-11-27 18:00", "3 Email Sarah about budget @2026-11-27 #work"],
    ],
    ["all deleted asks", ["delete everything"], []],
    [
      "two things done",
      ["I already bought the milk and called mom"],
      ["2 Call mom @2026-11-25 18:00 done", "4 Buy milk #shopping done"],
    ],
  ],
  "one after the other": [
    ["back again", ["delete milk", "add it back"], []],
    ["brought back", ["delete the dentist", "bring it back"], []],
    ["more of it", ["add milk powder", "and egg cups"], ["10 milk powder", "11 egg cups"]],
    ["deleted again", ["add flour", "actually delete that"], []],
    ["undone", ["complete the report", "undo"], []],
    ["a title that was asked for", ["add a task", "water the plants tomorrow"], ["10 water the plants @2026-11-26"]],
    ["a day that was asked for", ["postpone the dentist", "to friday"], ["8 Dentist @2026-11-27 09:00"]],
  ],
  "new tasks": [
    [
      "all fields",
      ["add a task: call the plumber; due: friday; priority: high; tags: home"],
      ["10 call the plumber @2026-11-27 !high #home"],
    ],
    ["fields as sentences", ["add buy tea. Due tomorrow. High priority."], ["10 buy tea @2026-11-26 !high"]],
    [
      "a date in the middle",
      ["add flight home Dec 30 6am - check in the day before"],
      ["10 flight home - check in the day before @2026-12-30 06:00"],
    ],
    ["a reminder beside it", ["add eggs to my list and remind me at 5"], ["10 eggs @2026-11-26 17:00"]],
    [
      "two sentences",
      ["I have to finish the essay by Sunday. Also buy a birthday card for Lea."],
      ["10 finish the essay @2026-11-29", "11 buy a birthday card for Lea"],
    ],
    ["a name", ["add watch Tomorrow Never Dies"], ["10 watch Tomorrow Never Dies"]],
    [
      "somebody else's time",
      ["add call Tom, he is at work until 5pm"],
      ["10 call Tom, he is at work until 5pm"],
      /part of the title/,
    ],
    ["nothing but the task", ["Call Mom tomorrow 5pm"], ["10 Call Mom @2026-11-26 17:00"]],
    ["a list with its heading", ["Groceries:\n- soap\n- rice"], ["10 soap #groceries", "11 rice #groceries"]],
    ["what is needed", ["I need soap, rice and bread"], ["10 soap", "11 rice", "12 bread"]],
    ["what is ticked", ["- [x] Pay rent\n- [ ] Call mum"], ["10 Call mum"], /"Pay rent" was ticked/],
    ["quoted", ['add "buy milk tomorrow" literally'], ["10 buy milk tomorrow"]],
    [
      "up to a day",
      ["add a task to delete mails up to january 30th"],
      ["10 delete mails up to january 30th"],
      /part of the title/,
    ],
  ],
  questions: [
    ["by a day", ["what do I have to do by Friday?"], [], /5 open tasks|4 open tasks/],
    ["when", ["when is the dentist?"], [], /#8 Dentist \(due Thursday 3 December 2026 at 09:00/],
    ["without a date", ["tasks without a due date"], [], /#4 Buy milk[\s\S]*#5 Buy eggs/],
    ["what was done", ["what did I finish this week"], [], /#7 Clean the desk/],
    ["sorted", ["show #work, high first"], [], /#3[\s\S]*#6/],
    ["another language", ["füge Milch hinzu"], [], /English only/],
    ["the weather", ["what is the weather?"], [], /did not understand/],
    ["don't", ["don't delete the report"], []],
  ],
};

describe.each(Object.entries(cases))("%s", (_, list) => {
  it.for(list)("%s", async ([, said, changed, told]) => {
    const ann = await withTasks();
    const before = new Map((await ann.tasks()).map((task) => [task.number, line(task)]));
    const id = await ann.conversation();
    let text = "";
    for (const message of said) {
      const { parts } = await ann.say(id, message);
      text = parts.map((part) => (part.type === "text" ? part.text : "")).join("");
    }
    const after = await ann.tasks();
    const other = after.map(line).filter((row) => ![...before.values()].includes(row));
    const gone = [...before.keys()].filter((number) => !after.some((task) => task.number === number));
    const found = [...other, ...gone.map((number) => `${number} gone`)].sort(
      (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
    );
    expect(found).toEqual(changed);
    if (told) expect(text).toMatch(told);
  });
});

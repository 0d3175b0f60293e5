import { adding, readsNumbers } from "../builders.ts";
import { onlyDate } from "../dates.ts";
import { numbersText } from "../references.ts";
import type { Row } from "./row.ts";
import { list, noun, row, to } from "./row.ts";

/** Adding, last of all, since its text may hold anything. */
export const addRows: readonly Row[] = [
  {
    intent: "no-title",
    examples: ["add a task", "new task"],
    pattern: row(`(?:add|create|make|new)(?: (?:a|an|new|another|some|me|one|more))* (?:${noun})|add`),
    build: () => ({ do: "say", topic: "no-title" }),
  },
  {
    intent: "add",
    examples: ["Add a task to buy groceries", "create a task called 'Pay rent'", "add an urgent task: call the bank"],
    pattern: row(
      `(?:add|create|make|set up|insert|enter|record|start|put in|note down|write down|new)(?: me| in)?(?<count>(?: (?:\\d{1,2}|a|an|the|this|another|one more|one|these|those|following|some|my|few|two|three|new|more|quick))*) ?(?<level>(?:urgent|important|(?:high|medium|low)[ -]priority) )?(?:(?:todo|to-do|to do) )?${noun}(?: ${to} ${list})?(?:(?: (?:to|for|called|named|titled|entitled|saying|that says|about|like|is|are|:|-|–))+ ?| ?: ?| )\\s*(?<text>.+)`,
    ),
    free: true,
    build: (said) => adding(said),
  },
  {
    intent: "add",
    examples: ["put milk on my list", "add milk to my shopping list"],
    pattern: row(`(?:add|put|stick|throw|place|insert) (?<text>.+?) (?:on|onto|to|in|into) ${list}(?<more>[ ,].*)?`),
    free: true,
    // "Put task 3 on my list" speaks of a task that there is already.
    build: (said) => (readsNumbers(said.part("text")) ? null : adding(said)),
  },
  {
    intent: "add",
    examples: ["todo: call the bank", "tasks: milk; eggs"],
    pattern: row("(?:new )?(?:task|todo|to-do|to do)s?(?: list)?(?: ?: ?| - |:\\n)\\s*(?<text>.+)"),
    free: true,
    build: (said) => adding(said),
  },
  {
    intent: "add",
    examples: ["schedule a dentist appointment for tomorrow"],
    pattern: row("schedule an? (?<text>.+)"),
    free: true,
    build: adding,
  },
  {
    intent: "add",
    examples: ["remind me to call mum", "remind me tomorrow to call mum"],
    pattern: row("remind me (?:(?<when>.{2,40}?) )?(?:to|about|of|that(?: i (?:need|have|must) to)?) (?<text>.+)"),
    free: true,
    build: (said) => {
      const when = said.part("when");
      if (when !== "" && onlyDate(when) === null) return null;
      const command = adding(said);
      if (command?.do !== "add" || when === "") return command;
      const due = onlyDate(when);
      return { do: "add", tasks: command.tasks.map((task) => ({ ...task, due: task.due ?? due })) };
    },
  },
  {
    intent: "add",
    examples: ["I need to remember to pay bills", "don't let me forget to pay bills", "I have to wash the car"],
    pattern: row(
      "(?:(?:i|we) (?:really |also |still )?(?:need|have|ought|got|have got|'ve got) to(?: remember to)?|(?:i|we)'ve got to(?: remember to)?|i (?:must|should|gotta)(?: remember to)?|(?:i )?(?:don't|do not|dont|mustn't|must not|can't) (?:let me )?forget(?: to| about|:)?|remember(?: to|:)|make sure (?:to|that i|i)|remind me:?) (?<text>.+)",
    ),
    free: true,
    build: (said) => {
      // "I need to delete task 3" speaks of the list itself: it is neither a title nor a plain order.
      if (/\b(?:tasks?|todos?|to-dos?|my list|#\d+)\b/i.test(said.part("text"))) return null;
      return adding(said);
    },
  },
  {
    intent: "add",
    examples: ["add milk, eggs and bread", "add buy milk and call mum"],
    pattern: row("(?:add|create)(?: in)?(?: |: ?|:?\\n)\\s*(?<text>.+)"),
    free: true,
    // "add milk to task 3" would change a task; as a title it would be a guess.
    build: (said) =>
      new RegExp(` (?:to|on) ${numbersText}$`, "i").test(said.part("text")) && /#|task/i.test(said.part("text"))
        ? null
        : adding(said),
  },
];

import { PRIORITY, quoteIn, WHEN } from "../mark/mark.ts";
import type { Draft, Frame } from "../types.ts";
import { DRAFT_LIMITS, withoutMarks } from "./draft.ts";
import { readDrafts } from "./drafts.ts";
import { LIST, NOUN, type Row, row, type Said, whenIn } from "./row.ts";
import { NUMBERS } from "./selection.ts";
import { startsWithVerb } from "./verbs.ts";

const TO = "(?:to|as|into|for|until|till|by|at|on)";

/** Adding, last of all, since its text may hold anything. */
export const addRows: readonly Row[] = [
  {
    frame: "ask",
    examples: ["add a task", "new task"],
    pattern: row(`(?:add|create|make|new)(?: (?:a|an|new|another|some|me|one|more))* (?:${NOUN})|add`),
    build: () => ({ do: "ask", question: { about: "title" } }),
  },
  {
    frame: "add",
    examples: ["Add a task to buy groceries", "create a task called 'Pay rent'", "add an urgent task: call the bank"],
    pattern: row(
      `(?:add|create|make|set|set up|insert|enter|record|start|put in|note down|write down|new)(?: me| in)?(?<count>(?: (?:\\d{1,2}|a|an|the|this|another|one more|one|these|those|following|some|my|few|two|three|new|more|quick))*) ?(?<level>(?:urgent|important|${PRIORITY}) )?(?:(?:todo|to-do|to do) )?${NOUN}(?: ${TO} (?=my|the|our|that)${LIST})?(?<mark> ${PRIORITY})?(?:(?: (?:to|for|called|named|titled|entitled|saying|that says|about|like|is|are|:|-|–))+ ?| ?: ?| )\\s*(?<text>.+)`,
    ),
    free: true,
    build: adding,
  },
  {
    frame: "add",
    examples: ["put milk on my list", "add milk to my shopping list"],
    pattern: row(`(?:add|put|stick|throw|place|insert) (?<text>.+?) (?:on|onto|to|in|into) ${LIST}(?<more>[ ,.].*)?`),
    free: true,
    // "Put task 3 on my list" speaks of a task that there is already.
    build: (said) => (new RegExp(`^${NUMBERS}$`, "i").test(said.part("text").trim()) ? null : adding(said)),
  },
  {
    frame: "add",
    examples: ["todo: call the bank", "tasks: milk; eggs"],
    pattern: row("(?:new )?(?:task|todo|to-do|to do)s?(?: list)?(?: ?: ?| - |:\\n)\\s*(?<text>.+)"),
    free: true,
    build: adding,
  },
  {
    frame: "add",
    examples: ["schedule a dentist appointment for tomorrow", "schedule lunch with Sam on friday"],
    pattern: row("schedule (?:an? )?(?<text>.+)"),
    free: true,
    build: adding,
  },
  {
    frame: "add",
    examples: ["remind me to call mum", "remind me tomorrow to call mum", "remind me at 5 to call mum"],
    pattern: row(`remind me (?:(?<when>${WHEN}) )?(?:to|about|of|that(?: i (?:need|have|must) to)?) (?<text>.+)`),
    free: true,
    build: (said) => withDue(said, adding(said)),
  },
  {
    frame: "add",
    examples: ["I need to remember to pay bills", "don't let me forget to pay bills", "I have to wash the car"],
    pattern: row(
      "(?:(?:i|we) (?:really |also |still )?(?:need|have|ought|got|have got|'ve got) to(?: remember to)?|(?:i|we)'ve got to(?: remember to)?|(?:i|we) (?:must|should|gotta|need to|had better)(?: remember to)?|(?:i )?(?:don't|do not|dont|mustn't|must not|can't) (?:let me )?forget(?: to| about|:)?|remember(?: to|:)|make sure (?:to|that i|i)|remind me:?) (?<text>.+)",
    ),
    free: true,
    build: (said) => {
      // "I need to delete task 3" speaks of the list itself: it is neither a title nor a plain order.
      if (/\b(?:tasks?|todos?|to-dos?|my list|#\d+)\b/i.test(said.part("text"))) return null;
      return adding(said);
    },
  },
  {
    frame: "add",
    examples: ["I need milk, eggs and bread", "we need stamps"],
    pattern: row("(?:i|we) (?:still |also )?need (?!to\\b)(?<text>.+)"),
    free: true,
    build: adding,
  },
  {
    frame: "add",
    examples: ["add milk, eggs and bread", "add buy milk and call mum"],
    pattern: row("(?:add|create)(?: in)?(?: |: ?|:?\\n)\\s*(?<text>.+)"),
    free: true,
    // "add milk to task 3" would change a task; as a title it would be a guess.
    build: (said) =>
      new RegExp(` (?:to|on) ${NUMBERS}$`, "i").test(said.part("text")) && /#|task/i.test(said.part("text"))
        ? null
        : adding(said),
  },
  {
    frame: "add",
    examples: ["Groceries: milk, eggs", "shopping:\n- milk\n- eggs"],
    pattern: row("(?:my |the )?(?<head>[\\p{L}][\\p{L} ]{1,30}?)(?: list)?: ?\\n?\\s*(?<text>.+)"),
    free: true,
    build: headed,
  },
];

/** New tasks out of the text. */
export function adding(said: Said): Frame {
  const { tasks, told } = readDrafts(`${said.part("text")}${said.part("more")}`, said.marked, isSingle(said));
  if (tasks.length === 0) return { do: "ask", question: { about: "title" } };
  const level = levelIn(said);
  return {
    do: "add",
    told,
    tasks: level === null ? tasks : tasks.map((task) => ({ ...task, priority: task.priority ?? level })),
  };
}

function levelIn(said: Said): Draft["priority"] {
  const symbols = `${said.part("level")}${said.part("mark")}`.trim();
  if (/urgent|important/i.test(symbols)) return "high";
  const found = said.marked.of(symbols);
  return found?.is === "priority" ? found.priority : null;
}

function isSingle(said: Said): boolean {
  return /\b(?:a|an|another|one|one more)\b/i.test(said.part("count")) && !/\bfew\b/i.test(said.part("count"));
}

function withDue(said: Said, frame: Frame): Frame | null {
  const when = whenIn(said, "when");
  if (said.part("when") === "" || frame.do !== "add") return frame;
  if (when?.problem) return { do: "ask", question: { about: "problem", problem: when.problem } };
  const due = when?.day ? { day: when.day, time: when.time } : null;
  if (due === null || when?.repeats)
    return {
      ...frame,
      told: [...frame.told, `Tasks can't repeat yet, so "${said.marked.restore(said.part("when"))}" was not used.`],
    };
  return { ...frame, tasks: frame.tasks.map((task) => ({ ...task, due: task.due ?? due })) };
}

const LIST_HEAD =
  /^(?:groceries|shopping|grocery|shopping list|to buy|buy|to do|todo|today|tomorrow|errands|chores|packing|packing list|home|work|things to do|weekend)$/i;

/** "Groceries: milk, eggs" is a task each; the heading is no word of theirs, so it becomes their tag. */
function headed(said: Said): Frame | null {
  const head = said.part("head").trim();
  const text = said.part("text");
  const listed = /\n/.test(text) || /,/.test(text);
  if (!listed || (!LIST_HEAD.test(head) && !/\n/.test(text))) return null;
  const frame = adding(said);
  if (frame.do !== "add") return null;
  const tag = head
    .toLowerCase()
    .replace(/ list$/, "")
    .replace(/\s+/g, "-");
  const withTag = (tags: readonly string[]) => [...new Set([...tags, tag])].slice(0, DRAFT_LIMITS.tagsPerTask);
  return { ...frame, tasks: frame.tasks.map((task) => ({ ...task, tags: withTag(task.tags) })) };
}

/** Words that speak of the list and not of the world: an order that was not understood is no task. */
const order =
  /\b(?:tasks?|todos?|to-dos?|my list|the list|priority|due date|deadline)\b|^\S+ #\d|^(?:move|change|push|set|update|make|shift)\b.* (?:to|by|as) \S+$|^(?:show|list|rename|postpone|reschedule|snooze|undo|redo|restore|delete|mark|complete|untag|reopen)\b/i;

/** A clause that is a task by itself: it begins with a verb of to-dos, or says when. "Buy milk", "Dentist friday 9am". */
export function bareTask(said: Said, text: string): Frame | null {
  if (text.length > 300 || quoteIn(said.marked, text) !== undefined || order.test(withoutMarks(text))) return null;
  const verbal = startsWithVerb(said.marked.restore(text).replace(/^(?:urgent|important)[:,!] /i, ""));
  const dated =
    new RegExp(WHEN).test(text) &&
    !/^(?:i|you|he|she|it|we|they|the|this|that|my|if|when|because|there|is|are|was|were)\b/i.test(text);
  if (!verbal && !dated) return null;
  const frame = adding({ ...said, part: (name) => (name === "text" ? text : "") });
  return frame.do === "add" && (verbal || frame.tasks.some(({ due }) => due !== null)) ? frame : null;
}

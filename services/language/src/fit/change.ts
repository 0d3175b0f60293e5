import { LEVEL, PRIORITY, QUOTE, TAGS, WHEN } from "../mark/mark.ts";
import { anyOf, COUNT, spans } from "../when/words.ts";
import {
  addingTags,
  clearing,
  corrected,
  fromDay,
  postponing,
  prioritising,
  renaming,
  several,
  statedDue,
  tagsIn,
} from "./changing.ts";
import { change, literal, moved, named, type Row, row, STATEMENT, whenIn } from "./row.ts";
import { NUMBERS } from "./selection.ts";

const TO = "(?:to|as|into|for|until|till|by|at|on|is|:)";
const MOVE =
  "(?:(?:move|postpone|reschedule|re-schedule|push back|push|delay|defer|snooze|shift|bring forward|bump|put off|set(?! an? )|change|make(?! an? )|do) |schedule (?=#|task |the |my |it |that |this |them ))";
const SPAN = `${anyOf(spans)}s?`;

/** Changing what a task says. What is most particular stands first. */
export const changeRows: readonly Row[] = [
  {
    frame: "change",
    examples: ["remove the due date of task 3", "clear the tags on task 2"],
    pattern: row(
      "(?:remove|clear|delete|drop|unset|erase|take away) (?:the |all |any )?(?<field>due dates?|deadline|dates?|due|notes?|tags?|labels?|priority) (?:of|from|for|on|in) (?<what>.+)",
    ),
    build: (said) => change(said, clearing(said.part("field"))),
  },
  {
    frame: "change",
    examples: ["remove task 3's due date"],
    pattern: row("(?:remove|clear|delete) (?<what>.+)'s (?<field>due date|deadline|date|notes?|tags?|priority)"),
    build: (said) => change(said, clearing(said.part("field"))),
  },
  {
    frame: "change",
    examples: ["remove the tag home from task 2", "remove #home from task 2"],
    pattern: row(
      `(?:remove|delete|drop|take) (?:the )?(?:(?:tag|label) #?(?<tag>[\\p{L}\\p{N}_-]{1,40})|(?:tag |label )?(?<mark>${TAGS}))(?: (?:tag|label))? (?:from|off|of) (?<what>.+)`,
    ),
    build: (said) =>
      change(said, { dropTags: said.part("tag") ? [said.part("tag").toLowerCase()] : tagsIn(said, "mark") }),
  },
  {
    frame: "change",
    examples: ["untag task 2"],
    pattern: row("untag (?<what>.+)"),
    build: (said) => change(said, { clear: ["tags"] }),
  },
  {
    frame: "change",
    examples: ["tag task 2 with home", "tag 2 as home and urgent-ish", "tag the milk #shop"],
    pattern: row(
      `(?:tag|label) (?<what>.+?) (?:(?:with|as) (?:the )?(?:tags? )?)?(?<tags>${TAGS}(?: ${TAGS})*|(?<=(?:with|as|tags?) )[^ ].{0,400})`,
    ),
    build: (said) => change(said, addingTags(said, "tags")),
  },
  {
    frame: "change",
    examples: ["add tag home to task 2", "add #home to task 2"],
    pattern: row(
      `(?:add|put) (?:the )?(?:(?:tags?|labels?):? (?<tags>.{1,200}?)|(?<mark>${TAGS})(?: tag)?) (?:to|on) (?<what>.+)`,
    ),
    build: (said) => change(said, addingTags(said, said.part("tags") === "" ? "mark" : "tags")),
  },
  {
    frame: "change",
    examples: ["add the note 'ask for oat milk' to task 2"],
    pattern: row(`(?:add|put|write|attach) (?:a |the )?(?:note|comment) (?<text>${QUOTE}) (?:to|on|for) (?<what>.+)`),
    build: (said) => change(said, { appendNotes: literal(said, "text") }),
  },
  {
    frame: "change",
    examples: ["add a note to task 2: ask for oat milk", "note on task 2: two litres"],
    pattern: row(
      "(?:(?:add|put|write|attach|make) )?(?:a |another |the )?(?:notes?|comments?|description) (?:to|on|for|of) (?<what>[^:]{1,300}?) ?(?::| that| saying| -) ?(?<text>.+)",
    ),
    free: true,
    build: (said) => change(said, { appendNotes: literal(said, "text") }),
  },
  {
    frame: "change",
    examples: ["set the notes of task 2 to two litres", "change the note of task 2 to two litres"],
    pattern: row(
      "(?:set|change|update|replace) (?:the )?(?:notes?|comments?|description) (?:to|on|for|of) (?<what>.+?) (?:to|with|:) ?(?<text>.+)",
    ),
    free: true,
    build: (said) => change(said, { notes: literal(said, "text") }),
  },
  {
    frame: "change",
    examples: ["set priority of 2 to high", "change the priority of task 2 to low"],
    pattern: row(
      `(?:set|change|make|update|put|raise|lower) (?:the )?priority (?:of|for|on) (?<what>.+) (?:to|as|at) (?:(?<level>${LEVEL})(?: priority)?|(?<mark>${PRIORITY}))`,
    ),
    build: (said) => change(said, prioritising(said)),
  },
  {
    frame: "change",
    examples: [
      "set task 2 to high priority",
      "make 2 low",
      "mark task 4 as urgent",
      "task 4 is important",
      "make the report low priority",
    ],
    pattern: row(
      `${STATEMENT}(?!(?:make|set|put) an? )(?<verb>(?:set|change|make|mark|update|flag|put|move) )?(?<what>${NUMBERS}|.+?)(?:'s)? (?<link>(?:is|are|should be|must be|to|as|priority|priority to|at|on|be) )?(?:an? )?(?:very )?(?:(?<level>${LEVEL})(?: priority)?|(?<mark>${PRIORITY}))`,
    ),
    states: true,
    build: (said) => {
      const what = named(said);
      const numbered = what?.by === "numbers" && /^(?:is|are|should be|must be) $/i.test(said.part("link"));
      const plainly = /(?:priority| (?:to|as) |urgent|important)/i.test(said.part("0")) || said.part("mark") !== "";
      const spoken = said.part("verb") !== "" && (plainly || what?.by === "numbers" || what?.by === "shown");
      return numbered || spoken ? change(said, prioritising(said)) : null;
    },
  },
  {
    frame: "change",
    examples: ["prioritise task 2"],
    pattern: row("priorit(?:i[sz]e|ize) (?<what>.+)"),
    build: (said) => change(said, { priority: "high" }),
  },
  {
    frame: "change",
    examples: [
      "move task 3 to friday and make it urgent",
      "make task 4 urgent and due friday",
      "set task 3 to high priority tomorrow",
    ],
    pattern: row("(?:make|set|mark|change|update|edit|move|put|schedule|give) (?<all>.+)"),
    build: (said) => several(said),
  },
  {
    frame: "change",
    examples: ["set the due date of task 3 to friday", "change the deadline for 3 to 2026-12-01"],
    pattern: row(
      `(?:set|change|move|update|make) (?:the )?(?:due date|deadline|due|date|time) (?:of|for|on) (?<what>.+?) (?:${TO} )?(?<when>${WHEN})`,
    ),
    build: moved,
  },
  {
    frame: "change",
    examples: ["task 3 is due friday", "task 3 is due on 5 december", "the report is due friday"],
    pattern: row(`${STATEMENT}(?<what>.+?) (?:is |are )?(?:now )?(?<when>${WHEN})`),
    states: true,
    build: (said) =>
      /^(?:is |are |it's |that |which )*due/.test(whenIn(said, "when")?.lead ?? "") ? statedDue(said) : null,
  },
  {
    frame: "change",
    examples: ["the dentist is now at 4pm", "the dentist is on friday now", "the meeting was moved to monday"],
    pattern: row(
      `(?<what>(?:the|my|our|task|#).+?) (?:(?:is|are) (?:now )?(?=${WHEN} now$)|(?:is|are) now |(?:is|was|were|has been|got) (?:moved|postponed|rescheduled|shifted|pushed) (?:to )?)(?<when>${WHEN})(?: now)?`,
    ),
    states: true,
    build: moved,
  },
  {
    frame: "change",
    examples: ["set task 3's due date to friday", "task 3 due friday"],
    pattern: row(
      `(?:(?:set|change|move|update|make) )?(?<what>${NUMBERS})(?:'s)? (?:due date |deadline |due |date )?(?:${TO} ?)?(?<when>${WHEN})`,
    ),
    build: moved,
  },
  {
    frame: "change",
    examples: ["set a due date of friday for task 3"],
    pattern: row(
      `(?:set|add|put|give) (?:a |the )?(?:due date|deadline)(?: of)? (?<when>${WHEN}) (?:for|to|on) (?<what>.+)`,
    ),
    build: moved,
  },
  {
    frame: "change",
    examples: ["postpone 3 by two days", "push the report back a week", "delay task 3 2 days"],
    pattern: row(
      `(?:move|postpone|reschedule|push|push back|delay|defer|snooze|shift|put off) (?<what>.+?)(?: (?:back|out|forward|later))?(?: by| for)? (?:another )?(?<count>${COUNT})(?: more)? (?<span>${SPAN})(?: later| back)?`,
    ),
    build: (said) => change(said, postponing(said)),
  },
  {
    frame: "change",
    examples: [
      "move the rent to friday",
      "postpone the dentist to next week",
      "push everything from today to tomorrow",
    ],
    pattern: row(`${MOVE}(?<what>.+?)(?: ${TO})? ?(?<when>${WHEN})`),
    build: (said) => fromDay(said) ?? moved(said),
  },
  {
    frame: "change",
    examples: ["no, friday", "make it friday", "not today, tomorrow"],
    pattern: row(
      `(?:no,? |nope,? |it's |it is |that's |make it |not ${WHEN},? (?:but )?|i meant |rather |better )+(?:on |at )?(?<when>${WHEN})`,
    ),
    build: (said) => corrected(said),
  },
  {
    frame: "ask",
    examples: ["postpone the dentist"],
    pattern: row("(?:postpone|reschedule|re-schedule|delay|defer|snooze|put off) (?<what>.+)"),
    build: (said) => {
      const what = named(said);
      return what && { do: "ask", question: { about: "date", what } };
    },
  },
  {
    frame: "change",
    examples: ["Change task 1 to 'Call mom tonight'", "rename task 2 to buy oat milk"],
    pattern: row(
      `(?<verb>rename|retitle|change|edit|update|reword|replace) (?:the )?(?:(?:title|name|text) (?:of|for) )?(?<what>${NUMBERS}|.+?)(?:'s (?:title|name))?(?: (?:to|into|as|with) (?:say )?| ?: ?| ?-> ?)(?<title>.+)`,
    ),
    free: true,
    build: (said) => renaming(said),
  },
];

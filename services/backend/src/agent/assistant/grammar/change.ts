import {
  addingTags,
  change,
  clearing,
  dated,
  literal,
  moving,
  prioritising,
  readsNumbers,
  renaming,
} from "../builders.ts";
import { levelText, readDetails } from "../details.ts";
import { numbersText, readReference } from "../references.ts";
import type { Row } from "./row.ts";
import { row, statement, to } from "./row.ts";

/** Changing what a task says. What is most particular stands first. */
export const changeRows: readonly Row[] = [
  {
    intent: "remove-detail",
    examples: ["remove the due date of task 3", "clear the tags on task 2"],
    pattern: row(
      "(?:remove|clear|delete|drop|unset|erase|take away) (?:the |all |any )?(?<field>due dates?|deadline|dates?|due|notes?|tags?|labels?|priority) (?:of|from|for|on|in) (?<what>.+)",
    ),
    build: (said) => change(said, clearing(said.part("field"))),
  },
  {
    intent: "remove-detail",
    examples: ["remove task 3's due date"],
    pattern: row("(?:remove|clear|delete) (?<what>.+)'s (?<field>due date|deadline|date|notes?|tags?|priority)"),
    build: (said) => change(said, clearing(said.part("field"))),
  },
  {
    intent: "untag",
    examples: ["remove the tag home from task 2", "remove #home from task 2"],
    pattern: row(
      "(?:remove|delete|drop|take) (?:the )?(?:(?:tag|label) #?|#)(?<tag>[\\p{L}\\p{N}_-]{1,40})(?: (?:tag|label))? (?:from|off|of) (?<what>.+)",
    ),
    build: (said) => change(said, { dropTags: [said.part("tag").toLowerCase()] }),
  },
  {
    intent: "untag",
    examples: ["untag task 2"],
    pattern: row("untag (?<what>.+)"),
    build: (said) => change(said, { clear: ["tags"] }),
  },
  {
    intent: "tag",
    examples: ["tag task 2 with home", "tag 2 as home and urgent-ish"],
    pattern: row("(?:tag|label) (?<what>.+?) (?:with|as) (?:the )?(?:tags? )?(?<tags>[^ ].{0,400})"),
    build: (said) => change(said, addingTags(said.part("tags"))),
  },
  {
    intent: "tag",
    examples: ["tag task 2 #home"],
    pattern: row(`(?:tag|label) (?<what>${numbersText}) (?<tags>#.{1,200})`),
    build: (said) => change(said, addingTags(said.part("tags"))),
  },
  {
    intent: "tag",
    examples: ["add tag home to task 2", "add #home to task 2"],
    pattern: row(
      "(?:add|put) (?:the )?(?:(?:tags?|labels?) (?<tags>.{1,200}?)|(?<hash>#[\\p{L}\\p{N}_-]{1,40})(?: tag)?) (?:to|on) (?<what>.+)",
    ),
    build: (said) => change(said, addingTags(said.part("tags") || said.part("hash"))),
  },
  {
    intent: "note",
    examples: ["add the note 'ask for oat milk' to task 2"],
    pattern: row(
      "(?:add|put|write|attach) (?:a |the )?(?:note|comment) (?<text>[\\uE000-\\uF8FF]) (?:to|on|for) (?<what>.+)",
    ),
    build: (said) => change(said, { appendNotes: literal(said, "text") }),
  },
  {
    intent: "note",
    examples: ["add a note to task 2: ask for oat milk", "note on task 2: two litres"],
    pattern: row(
      "(?:(?:add|put|write|attach|make) )?(?:a |another |the )?(?:notes?|comments?|description) (?:to|on|for|of) (?<what>[^:]{1,300}?) ?(?::| that| saying| -) ?(?<text>.+)",
    ),
    free: true,
    build: (said) => change(said, { appendNotes: literal(said, "text") }),
  },
  {
    intent: "note",
    examples: ["set the notes of task 2 to two litres", "change the note of task 2 to two litres"],
    pattern: row(
      "(?:set|change|update|replace) (?:the )?(?:notes?|comments?|description) (?:to|on|for|of) (?<what>.+?) (?:to|with|:) ?(?<text>.+)",
    ),
    free: true,
    build: (said) => change(said, { notes: literal(said, "text") }),
  },
  {
    intent: "priority",
    examples: ["set priority of 2 to high", "change the priority of task 2 to low"],
    pattern: row(
      `(?:set|change|make|update|put|raise|lower) (?:the )?priority (?:of|for|on) (?<what>.+) (?:to|as|at) (?<level>${levelText})(?: priority)?`,
    ),
    build: (said) => change(said, prioritising(said.part("level"))),
  },
  {
    intent: "priority",
    examples: ["set task 2 to high priority", "make 2 low", "mark task 4 as urgent", "task 4 is important"],
    pattern: row(
      `${statement}(?:(?:set|change|make|mark|update|flag|put|move) )?(?<what>${numbersText}|.+?)(?:'s)? (?:(?:is|are|should be|must be|to|as|priority|priority to|at|on) )?(?:an? )?(?:very )?(?<level>${levelText})(?: priority)?`,
    ),
    states: true,
    build: (said) => {
      const spoken = /^(?:set|change|make|mark|update|flag|put|move) /i.test(said.part("0"));
      const numbered = new RegExp(`^${numbersText} (?:is|are|should be|must be) `, "i").test(said.part("0"));
      const named = /(?:priority| (?:to|as) |urgent|important)/i.test(said.part("0"));
      if (!(numbered || (spoken && (named || readsNumbers(said.part("what")))))) return null;
      return change(said, prioritising(said.part("level")));
    },
  },
  {
    intent: "priority",
    examples: ["prioritise task 2"],
    pattern: row("priorit[iy][sz]e (?<what>.+)"),
    build: (said) => change(said, { priority: "high" }),
  },
  {
    intent: "update",
    examples: ["move task 3 to friday", "make task 4 urgent and due friday", "set task 3 to high priority tomorrow"],
    pattern: row("(?:make|set|mark|change|update|edit|move|put|schedule|give) (?<all>.+)"),
    build: (said) => {
      const { rest, due, priority, tags } = readDetails(said.part("all"));
      if (due === null && priority === null && tags.length === 0) return null;
      const bare = rest.replace(/(?:[ ,]+(?:to|as|be|is|and|due|until|with|a))+$/i, "");
      const what = readReference(bare, said.masked, said.mentioned);
      // Only numbers: a title may well end in a word that looks like a date.
      if (what?.by !== "numbers") return null;
      const patch = { ...(due === null ? {} : { due }), ...(priority === null ? {} : { priority }) };
      return { do: "update", what, patch: tags.length > 0 ? { ...patch, addTags: tags } : patch };
    },
  },
  {
    intent: "due",
    examples: ["set the due date of task 3 to friday", "change the deadline for 3 to 2026-12-01"],
    pattern: row(
      `(?:set|change|move|update|make) (?:the )?(?:due date|deadline|due|date) (?:of|for|on) (?<what>.+) ${to} (?<when>.+)`,
    ),
    build: (said) => change(said, dated(said.part("when"))),
  },
  {
    intent: "due",
    examples: ["task 3 is due friday", "task 3 is due on 5 december"],
    pattern: row(`${statement}(?<what>.+?) (?:is|are) (?:now )?due (?<when>.+)`),
    states: true,
    build: (said) => change(said, dated(said.part("when"))),
  },
  {
    intent: "due",
    examples: ["set task 3's due date to friday", "task 3 due friday"],
    pattern: row(
      `(?:(?:set|change|move|update|make) )?(?<what>${numbersText})(?:'s)? (?:due date|deadline|due) ?(?:${to}|is|:)? ?(?<when>.+)`,
    ),
    build: (said) => change(said, dated(said.part("when"))),
  },
  {
    intent: "due",
    examples: ["set a due date of friday for task 3"],
    pattern: row(
      "(?:set|add|put|give) (?:a |the )?(?:due date|deadline)(?: of)? (?<when>.+) (?:for|to|on) (?<what>.+)",
    ),
    build: (said) => change(said, dated(said.part("when"))),
  },
  {
    intent: "due",
    examples: ["move the rent to friday", "postpone the dentist to next week"],
    pattern: row(
      "(?:move|postpone|reschedule|re-schedule|push|push back|delay|defer|snooze|shift|bring forward|bump|schedule(?! an? )|put off|set|change|make) (?<all>.+)",
    ),
    build: moving,
  },
  {
    intent: "due",
    examples: ["postpone the dentist"],
    pattern: row(`(?:postpone|reschedule|re-schedule|delay|defer|snooze|put off) (?<what>.+)`),
    build: (said) => {
      const details = readDetails(said.part("what"));
      if (details.due === null) return { do: "say", topic: "no-date" };
      const what = readReference(details.rest, said.masked, said.mentioned);
      return what === null ? null : { do: "update", what, patch: { due: details.due } };
    },
  },
  {
    intent: "rename",
    examples: ["Change task 1 to 'Call mom tonight'", "rename task 2 to buy oat milk"],
    pattern: row(
      `(?:rename|retitle|change|edit|update|reword|replace) (?:the )?(?:(?:title|name|text) (?:of|for) )?(?<what>${numbersText}|.+?)(?:'s (?:title|name))?(?: (?:to|into|as|with) (?:say )?| ?: ?| ?-> ?)(?<title>.+)`,
    ),
    free: true,
    build: (said) => renaming(said),
  },
];

import { about } from "../builders.ts";
import { numbersText, readReference } from "../references.ts";
import { pastText, present } from "../verbs.ts";
import type { Row } from "./row.ts";
import { done, list, row, statement } from "./row.ts";

/** Reopening: before changes and completing, since "not done" holds the word "done". */
export const reopenRows: readonly Row[] = [
  {
    intent: "reopen",
    examples: ["reopen task 3", "uncheck task 3"],
    pattern: row(
      `(?:reopen|re-open|uncheck|untick|unmark|uncomplete|un-complete|unfinish|reactivate|uncross) (?<what>.+?)(?: as ${done})?`,
    ),
    build: (said) => about(said, "reopen"),
  },
  {
    intent: "reopen",
    examples: ["put task 3 back on my list"],
    pattern: row(`(?:put|move|bring|take) (?<what>${numbersText}) back(?: (?:on|onto|to|into) ${list})?`),
    build: (said) => about(said, "reopen"),
  },
  {
    intent: "reopen",
    examples: ["undo completing 3"],
    pattern: row("(?:undo|revert) (?:completing|finishing|checking off|the completion of|completion of) (?<what>.+)"),
    build: (said) => about(said, "reopen"),
  },
  {
    intent: "reopen",
    examples: ["mark task 3 as not done", "mark task 3 as open"],
    pattern: row(
      `(?:mark|set|move|change) (?<what>.+?) (?:(?:back )?(?:as|to) )?(?:not (?:yet )?${done}|undone|open|incomplete|unfinished|pending|uncompleted|to do|todo|active)(?: again| yet)?`,
    ),
    build: (said) => about(said, "reopen"),
  },
  {
    intent: "reopen",
    examples: ["task 3 is not done", "the milk isn't done yet"],
    pattern: row(
      `${statement}(?<what>.+?) (?:is|are|was|were)(?:n't| not) (?:actually |really |yet )?${done}(?: yet| after all| anymore)?`,
    ),
    states: true,
    build: (said) => about(said, "reopen"),
  },
];

/** Deleting and completing. */
export const finishRows: readonly Row[] = [
  {
    intent: "delete",
    examples: ["clear everything", "clear my list", "clear all done tasks"],
    pattern: row("(?:clear|empty|wipe)(?: out| up| off)? (?<what>.+)"),
    build: (said) => {
      const command = about(said, "delete");
      return command?.do === "delete" && command.what.by === "all" ? command : null;
    },
  },
  {
    intent: "delete",
    examples: ["delete everything", "delete the meeting task", "remove task 2", "delete all done tasks"],
    pattern: row("(?:delete|remove|erase|trash|discard|get rid of|throw away|scrap) (?<what>.+)"),
    build: (said) => about(said, "delete"),
  },
  {
    intent: "delete",
    examples: ["cancel task 2", "take task 2 off my list"],
    pattern: row(
      `(?:(?:cancel|drop|kill|bin) (?<what>${numbersText}|.+ task)|(?:take|cross|strike) (?<also>${numbersText}) (?:off|from) ${list})`,
    ),
    build: (said) =>
      /^(?:cross|strike) /i.test(said.part("0"))
        ? about(said, "complete", "also")
        : about(said, "delete", said.part("what") === "" ? "also" : "what"),
  },
  {
    intent: "complete",
    examples: ["Mark task 3 as complete", "mark 3 done", "set task 3 to done"],
    pattern: row(
      `(?:mark|set|move|change|flag|tick|check|put) (?<what>.+?)(?: off)? (?:as |to |off as |to be )?${done}`,
    ),
    build: (said) => about(said, "complete"),
  },
  {
    intent: "complete",
    examples: ["check off 3", "cross off the milk", "tick 3 off"],
    pattern: row(`(?:check|tick|cross|mark) (?:off (?<what>.+)|(?<also>.+) off(?: ${list})?)`),
    build: (said) => about(said, "complete", said.part("what") === "" ? "also" : "what"),
  },
  {
    intent: "complete",
    examples: ["finish 3", "complete task 3"],
    pattern: row("(?:complete|finish) (?<what>.+)"),
    build: (said) => about(said, "complete"),
  },
  {
    intent: "complete",
    examples: ["close task 3", "tick 3"],
    pattern: row(`(?:close|check|tick|resolve|do|did|done:?) (?<what>${numbersText})`),
    build: (said) => about(said, "complete"),
  },
  {
    intent: "complete",
    examples: ["done with groceries", "I finished task 3", "I'm done with the report"],
    pattern: row(
      `(?:i(?:'m| am|'ve| have)? )?(?:just |already |finally )?(?:done with|finished with|finished|completed|am done with|are done with|did) (?<what>.+)`,
    ),
    build: (said) => about(said, "complete"),
  },
  {
    intent: "complete",
    examples: ["task 3 is done", "groceries are done", "task 3 done"],
    pattern: row(
      `${statement}(?<what>.+?)(?: (?:is|are|has been|have been|is all|are all)|'s)?(?: now| already)?(?<! (?:as|to|not|be|get|almost|half|nearly)) ${done}(?: now| already)?`,
    ),
    states: true,
    build: (said) => about(said, "complete"),
  },
  {
    intent: "complete",
    examples: ["I bought the milk"],
    pattern: row(`i(?:'ve| have)? (?:just |already |finally )?(?<verb>${pastText}) (?<what>.+)`),
    build: (said) => {
      const what = readReference(said.part("what"), said.masked, said.mentioned);
      const verb = present(said.part("verb"));
      if (what?.by !== "title" || verb === undefined) return null;
      // Only when an open task says just this, verb and all; otherwise it is small talk.
      return { do: "complete", what: { ...what, title: `${verb} ${what.title}`, strict: true } };
    },
  },
];

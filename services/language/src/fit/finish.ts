import { PRIORITY, WHEN } from "../mark/mark.ts";
import type { Frame } from "../types.ts";
import { about, DONE, LIST, named, type Row, row, type Said, STATEMENT } from "./row.ts";
import { NUMBERS } from "./selection.ts";
import { pastText, present } from "./verbs.ts";

/** Reopening: before changes and completing, since "not done" holds the word "done". */
export const reopenRows: readonly Row[] = [
  {
    frame: "reopen",
    examples: ["reopen task 3", "uncheck task 3"],
    pattern: row(
      `(?:reopen|re-open|uncheck|untick|unmark|uncomplete|un-complete|unfinish|reactivate|uncross) (?<what>.+?)(?: as ${DONE})?`,
    ),
    build: (said) => about(said, "reopen"),
  },
  {
    frame: "reopen",
    examples: ["put task 3 back on my list"],
    pattern: row(`(?:put|move|bring|take) (?<what>${NUMBERS}) back(?: (?:on|onto|to|into) ${LIST})?`),
    build: (said) => about(said, "reopen"),
  },
  {
    frame: "reopen",
    examples: ["undo completing 3"],
    pattern: row("(?:undo|revert) (?:completing|finishing|checking off|the completion of|completion of) (?<what>.+)"),
    build: (said) => about(said, "reopen"),
  },
  {
    frame: "reopen",
    examples: ["mark task 3 as not done", "mark task 3 as open"],
    pattern: row(
      `(?:mark|set|move|change) (?<what>.+?) (?:(?:back )?(?:as|to) )?(?:not (?:yet )?${DONE}|undone|open|incomplete|unfinished|pending|uncompleted|to do|todo|active)(?: again| yet)?`,
    ),
    build: (said) => about(said, "reopen"),
  },
  {
    frame: "reopen",
    examples: ["task 3 is not done", "the milk isn't done yet"],
    pattern: row(
      `${STATEMENT}(?<what>.+?) (?:is|are|was|were)(?:n't| not) (?:actually |really |yet )?${DONE}(?: yet| after all| anymore)?`,
    ),
    states: true,
    build: (said) => about(said, "reopen"),
  },
];

/** Deleting and completing. */
export const finishRows: readonly Row[] = [
  {
    frame: "delete",
    examples: ["clear everything", "clear my list", "clear all done tasks"],
    pattern: row("(?:clear|empty|wipe)(?: out| up| off)? (?<what>.+)"),
    build: (said) => onlyGroup(about(said, "delete")) ?? onlyGroup(wholeList(said)),
  },
  {
    frame: "delete",
    examples: ["delete everything", "delete the meeting task", "remove task 2", "delete all done tasks"],
    pattern: row("(?:delete|remove|erase|trash|discard|get rid of|throw away|scrap) (?<what>.+)"),
    build: (said) => about(said, "delete") ?? wholeList(said),
  },
  {
    frame: "delete",
    examples: ["cancel task 2", "cancel the dentist", "take task 2 off my list"],
    pattern: row(
      `(?:(?:cancel (?<what>.+)|(?:drop|kill|bin) (?<that>${NUMBERS}|.+ task))|(?:take|cross|strike) (?<also>${NUMBERS}|.+) (?:off|from) ${LIST})`,
    ),
    build: (said) => {
      if (/^(?:cross|strike) /i.test(said.part("0"))) return about(said, "complete", "also");
      return about(
        said,
        "delete",
        ["what", "that", "also"].find((part) => said.part(part) !== ""),
      );
    },
  },
  {
    frame: "complete",
    examples: ["Mark task 3 as complete", "mark 3 done", "set task 3 to done", "mark all shopping tasks done"],
    pattern: row(
      `(?:mark|set|move|change|flag|tick|check|put) (?<what>.+?)(?: off)? (?:as |to |off as |to be )?${DONE}`,
    ),
    build: (said) => about(said, "complete"),
  },
  {
    frame: "complete",
    examples: ["check off 3", "cross off the milk", "tick 3 off"],
    pattern: row(`(?:check|tick|cross|mark) (?:off (?<what>.+)|(?<also>.+) off(?: ${LIST})?)`),
    build: (said) => about(said, "complete", said.part("what") === "" ? "also" : "what"),
  },
  {
    frame: "complete",
    examples: ["finish 3", "complete task 3"],
    pattern: row("(?:complete|finish) (?<what>.+)"),
    // "Finish the slides by friday" is still to be done.
    build: (said) => (new RegExp(`${WHEN}|${PRIORITY}`).test(said.part("what")) ? null : about(said, "complete")),
  },
  {
    frame: "complete",
    examples: ["close task 3", "tick 3", "done 4 5 6"],
    pattern: row(`(?:close|check|tick|resolve|do|did|done:?) (?<what>${NUMBERS})`),
    build: (said) => about(said, "complete"),
  },
  {
    frame: "complete",
    examples: ["done with groceries", "I finished task 3", "I'm done with the report", "done: the report"],
    pattern: row(
      `(?:i(?:'m| am|'ve| have)? )?(?:just |already |finally )?(?:done with|done:|finished with|finished|completed|am done with|are done with|did) (?<what>.+)`,
    ),
    build: (said) => about(said, "complete"),
  },
  {
    frame: "complete",
    examples: ["task 3 is done", "groceries are done", "task 3 done"],
    pattern: row(
      `${STATEMENT}(?<what>.+?)(?: (?:is|are|has been|have been|is all|are all)|'s)?(?: now| already)?(?<! (?:as|to|not|be|get|almost|half|nearly)) ${DONE}(?: now| already)?`,
    ),
    states: true,
    build: (said) => about(said, "complete"),
  },
  {
    frame: "complete",
    examples: ["I bought the milk", "I already paid the rent"],
    pattern: row(`(?:i(?:'ve| have)? )?(?:just |already |finally )?(?<verb>${pastText}) (?<what>.+)`),
    build: (said) => {
      const what = named(said);
      const verb = present(said.part("verb"));
      if (what?.by !== "name" || verb === undefined) return null;
      // Only when an open task says just this, verb and all; otherwise it is small talk.
      return { do: "complete", what: { ...what, name: `${verb} ${what.name}`, strict: true } };
    },
  },
];

function onlyGroup(frame: Frame | null): Frame | null {
  return frame && "what" in frame && /^(?:group|everything|shown)$/.test(frame.what.by) ? frame : null;
}

/** "my list", "the whole list" */
function wholeList(said: Said): Frame | null {
  if (!/^(?:my|the|our)(?: (?:whole|entire))? (?:todo |to-do |task )?list$/i.test(said.part("what"))) return null;
  return { do: "delete", what: { by: "group", filter: { status: "all" }, said: "" } };
}

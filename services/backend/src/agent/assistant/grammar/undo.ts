import { about, undoing } from "../builders.ts";
import { numbersText } from "../references.ts";
import { noun, type Row, row } from "./row.ts";

const it = "(?:that|it|this|them|these|those|all of (?:that|it|them))";
const last = `(?:the|my|your) (?:last|latest|previous) (?:one|changes?|thing|things|actions?|edits?|answer|${noun})`;
const trash = "(?:the )?(?:trash|bin|rubbish|deleted (?:tasks|items))";

/** Taking back what was done. Before completing and deleting, since "put it back" must not be read as something else. */
export const undoRows: readonly Row[] = [
  {
    intent: "undo",
    examples: ["undo", "undo that", "take it back", "undo the last change", "bring it back", "bring them back"],
    pattern: row(
      `(?:(?:undo|revert|reverse)(?: (?:${it}|everything|${last}))?|(?:take|roll) (?:${it}|${last}) back|roll back|go back|(?:bring|get|put|give me) ${it} back|restore ${it}|oops,? undo(?: ${it})?|i didn't mean (?:that|it|to do that))`,
    ),
    build: (said) => undoing(said),
  },
  {
    intent: "undo",
    examples: ["undo anyway", "undo it anyway"],
    pattern: row(`(?:undo|revert)(?: ${it})? (?:anyway|all the same|regardless)|anyway,? undo(?: ${it})?`),
    build: (said) => undoing(said, { anyway: true }),
  },
  {
    intent: "undo",
    examples: ["undo task 3", "undo the change to task 3"],
    pattern: row(
      `(?:undo|revert|reverse) (?:(?:the|my) (?:last )?changes? (?:to|of|on|in|for) )?(?<what>${numbersText})(?<anyway> anyway)?`,
    ),
    build: (said) => undoing(said, { anyway: said.part("anyway") !== "" }),
  },
  {
    intent: "redo",
    examples: ["redo", "redo that", "undo the undo"],
    pattern: row(`(?:redo(?: (?:${it}|${last}))?|(?:undo|revert) (?:the|that|my|your) undo|do it again after all)`),
    build: (said) => undoing(said, { redo: true }),
  },
  {
    intent: "restore",
    examples: ["restore task 3", "undelete 3", "restore the meeting task"],
    pattern: row(
      `(?:restore|undelete|un-delete|recover|undo deleting|undo the deletion of) (?<what>.+?)(?: from ${trash})?`,
    ),
    build: (said) => about(said, "restore"),
  },
  {
    intent: "restore",
    examples: ["bring the meeting task back", "bring back task 3", "get the report back from the trash"],
    pattern: row(`(?:(?:bring|get) back (?<what>.+?)|(?:bring|get) (?<also>.+?) back)(?: from ${trash})?`),
    build: (said) => about(said, "restore", said.part("what") === "" ? "also" : "what"),
  },
  {
    intent: "trash",
    examples: ["show the trash", "what did I delete?", "list deleted tasks"],
    pattern: row(
      `(?:(?:show|list|open|see|view|display)(?: me)? (?:all )?(?:my |of )?${trash}|what(?:'s| is) in ${trash}|what (?:did|have) i (?:just )?delete(?:d)?)`,
    ),
    asks: true,
    build: () => ({
      do: "list",
      filter: { status: "deleted", query: null, tag: null, priority: null, dueBefore: null, dueAfter: null },
      about: "",
    }),
  },
];

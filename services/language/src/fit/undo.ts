import type { Frame } from "../types.ts";
import { about, LIST, NOUN, named, type Row, row, type Said } from "./row.ts";
import { NUMBERS } from "./selection.ts";

const it = "(?:that|it|this|them|these|those|all of (?:that|it|them)|that one|the (?:task|last one))";
const last = `(?:the|my|your) (?:last|latest|previous) (?:one|changes?|thing|things|actions?|edits?|answer|${NOUN})`;
const trash = "(?:the )?(?:trash|bin|rubbish|deleted (?:tasks|items))";

/** Taking back what was done. Before completing and deleting, since "put it back" must not be read as something else. */
export const undoRows: readonly Row[] = [
  {
    frame: "undo",
    examples: ["undo", "undo that", "take it back", "undo the last change", "bring it back", "add it back"],
    pattern: row(
      `(?:(?:undo|revert|reverse)(?: (?:${it}|everything|${last}))?|(?:take|roll) (?:${it}|${last}) back|roll back|go back|(?:bring|get|put|give me|add|want) ${it} back(?: (?:in|on|to)(?: ${LIST})?)?|i want ${it} back|restore ${it}|(?:undo,? )?i didn't mean (?:that|it|to do that)|that was (?:wrong|a mistake))`,
    ),
    build: (said) => undoing(said),
  },
  {
    frame: "undo",
    examples: ["undo anyway", "undo it anyway"],
    pattern: row(`(?:undo|revert)(?: ${it})? (?:anyway|all the same|regardless)|anyway,? undo(?: ${it})?`),
    build: (said) => undoing(said, { anyway: true }),
  },
  {
    frame: "undo",
    examples: ["undo task 3", "undo the change to task 3"],
    pattern: row(
      `(?:undo|revert|reverse) (?:(?:the|my) (?:last )?changes? (?:to|of|on|in|for) )?(?<what>${NUMBERS})(?<anyway> anyway)?`,
    ),
    build: (said) => undoing(said, { anyway: said.part("anyway") !== "" }),
  },
  {
    frame: "undo",
    examples: ["redo", "redo that", "undo the undo"],
    pattern: row(`(?:redo(?: (?:${it}|${last}))?|(?:undo|revert) (?:the|that|my|your) undo|do it again after all)`),
    build: (said) => undoing(said, { redo: true }),
  },
  {
    frame: "restore",
    examples: ["restore task 3", "undelete 3", "restore the meeting task"],
    pattern: row(
      `(?:restore|undelete|un-delete|recover|undo deleting|undo the deletion of) (?<what>.+?)(?: from ${trash})?`,
    ),
    build: (said) => about(said, "restore"),
  },
  {
    frame: "restore",
    examples: ["bring the meeting task back", "bring back task 3", "get the report back from the trash"],
    pattern: row(`(?:(?:bring|get) back (?<what>.+?)|(?:bring|get) (?<also>.+?) back)(?: from ${trash})?`),
    build: (said) => about(said, "restore", said.part("what") === "" ? "also" : "what"),
  },
  {
    frame: "find",
    examples: ["show the trash", "what did I delete?", "list deleted tasks"],
    pattern: row(
      `(?:(?:show|list|open|see|view|display)(?: me)? (?:all )?(?:my |of )?${trash}|what(?:'s| is) in ${trash}|what (?:did|have) i (?:just )?delete(?:d)?)`,
    ),
    asks: true,
    build: () => ({ do: "find", filter: { status: "deleted" }, said: "" }),
  },
];

/** Undo or redo of what was changed last: of the tasks named by `what`, when it is there. */
function undoing(said: Said, { redo = false, anyway = false } = {}): Frame | null {
  if (said.part("what") === "") return { do: "undo", numbers: null, redo, anyway };
  const what = named(said);
  return what?.by === "numbers" ? { do: "undo", numbers: what.numbers, redo, anyway } : null;
}

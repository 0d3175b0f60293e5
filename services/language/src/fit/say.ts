import { about, type Row, row } from "./row.ts";
import { NUMBERS } from "./selection.ts";

/** Talk that changes nothing. */
export const sayRows: readonly Row[] = [
  {
    frame: "say",
    examples: ["help", "what can you do?", "how do I delete a task?"],
    pattern: row(
      "(?:help(?: me)?|commands|examples|what (?:can|do) (?:you|i) (?:do|say|ask|understand|know)(?: here)?|how (?:do|does|can|to|should|would|could|might)\\b.*|can i\\b.*|could i\\b.*|is it possible to\\b.*|what happens if\\b.*|who are you|what are you)",
    ),
    asks: true,
    build: () => ({ do: "say", topic: "help" }),
  },
  {
    frame: "say",
    examples: ["never mind", "cancel", "no"],
    pattern: row(
      "(?:no,? )?(?:never ?mind|cancel(?: that)?|forget it|forget about it|no|nope|stop|nothing|neither|none|none of (?:them|these|those)|(?:don't|do not)(?: do (?:it|that|this))?)",
    ),
    build: () => ({ do: "say", topic: "never-mind" }),
  },
  {
    frame: "say",
    examples: ["don't delete task 3", "never delete task 3"],
    pattern: row(
      "(?:no,? )?(?:don't|do not|dont|never|stop|you (?:mustn't|shouldn't|must not|should not)|i (?:don't|do not) want) (?!(?:let me forget|forget) ).*",
    ),
    build: () => ({ do: "say", topic: "nothing" }),
  },
  {
    frame: "show",
    examples: ["show task 3", "when is task 3 due?", "when is the dentist?"],
    pattern: row(
      `(?:(?:show|view|display|see|read|open|what is|what's|when is|when's|tell me about|details (?:of|for|on)|is)(?: me)? (?<what>${NUMBERS})(?: due| about)?|(?:when is|when's|when are|when do i have|when do i need to|when should i|when must i) (?<name>.+?)(?: due)?)`,
    ),
    asks: true,
    build: (said) => about(said, "show", said.part("what") === "" ? "name" : "what"),
  },
  {
    frame: "show",
    examples: ["show the second one", "show me that one"],
    pattern: row("(?:show|view|open|see|read)(?: me)? (?<what>.+)"),
    build: (said) => {
      const frame = about(said, "show");
      return frame && "what" in frame && frame.what.by === "shown" ? frame : null;
    },
  },
  {
    frame: "show",
    examples: ["did I already water the plants?", "have I finished task 3?", "is the report done?"],
    pattern: row(
      `(?:(?:did|have) i (?:already |ever )?(?:(?:finish(?:ed)?|completed?|do|done) )?(?<what>.+?)(?: already| yet)?|(?:is|are) (?<name>.+?) (?:done|finished|complete|completed|still open)(?: yet| already)?)`,
    ),
    asks: true,
    build: (said) => about(said, "show", said.part("what") === "" ? "name" : "what"),
  },
];

import { about } from "../builders.ts";
import { numbersText } from "../references.ts";
import type { Row } from "./row.ts";
import { row } from "./row.ts";

/** Talk that changes nothing. */
export const talkRows: readonly Row[] = [
  {
    intent: "help",
    examples: ["help", "what can you do?", "how do I delete a task?"],
    pattern: row(
      "(?:help(?: me)?|commands|examples|what (?:can|do) (?:you|i) (?:do|say|ask|understand|know).*|how (?:do|does|can|to|should|would|could|might)\\b.*|can i\\b.*|could i\\b.*|is it possible to\\b.*|what happens if\\b.*|who are you|what are you)",
    ),
    asks: true,
    build: () => ({ do: "say", topic: "help" }),
  },
  {
    intent: "never-mind",
    examples: ["never mind", "cancel", "no"],
    pattern: row(
      "(?:no,? )?(?:never ?mind|cancel(?: that)?|forget it|forget about it|no|nope|stop|nothing|neither|none|none of (?:them|these|those)|(?:don't|do not)(?: do (?:it|that|this))?)",
    ),
    build: () => ({ do: "say", topic: "never-mind" }),
  },
  {
    intent: "nothing",
    examples: ["don't delete task 3", "never delete task 3"],
    pattern: row(
      "(?:no,? )?(?:don't|do not|dont|never|stop|you (?:mustn't|shouldn't|must not|should not)|i (?:don't|do not) want) (?!(?:let me forget|forget) ).*",
    ),
    build: () => ({ do: "say", topic: "nothing" }),
  },

  {
    intent: "show-one",
    examples: ["show task 3", "when is task 3 due?"],
    pattern: row(
      `(?:show|view|display|see|read|open|what is|what's|when is|tell me about|details (?:of|for|on)|is)(?: me)? (?<what>${numbersText})(?: due| about)?`,
    ),
    asks: true,
    build: (said) => about(said, "show"),
  },
];

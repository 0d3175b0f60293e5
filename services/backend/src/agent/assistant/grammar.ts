import {
  about,
  adding,
  addingTags,
  change,
  clearing,
  dated,
  literal,
  moving,
  prioritising,
  readsNumbers,
  renaming,
  type Said,
} from "./builders.ts";
import type { Command } from "./commands.ts";
import { onlyDate } from "./dates.ts";
import { levelText, readDetails } from "./details.ts";
import { numbersText, readReference } from "./references.ts";
import { pastText, present } from "./verbs.ts";

/**
 * One way to say something. Rows are tried from top to bottom on one clause (politeness, quotes and closing marks are
 * gone by then); the first whose pattern fits and whose builder gives a command wins. To teach the assistant a new way
 * of speaking, add a row with its examples: `examples.test.ts` runs them.
 */
export interface Row {
  readonly intent: string;
  readonly examples: readonly string[];
  readonly pattern: RegExp;
  /** Set when the row may answer a question ("how…", "is…?"); all others never run on one. */
  readonly asks?: true;
  /** Set when what follows is the user's own text: a later "and …" then parts it only when it is plainly a command. */
  readonly free?: true;
  /** Set when the sentence begins with the task and not with an order: what stands left of "and" may belong to it. */
  readonly states?: true;
  readonly build: (said: Said) => Command | null;
}

const to = "(?:to|as|into|for|until|till|by|at|on)";
const done = "(?:done|complete|completed|finished)";
const list = "(?:(?:my|the|our) )?(?:(?:todo|to-do|to do|task|shopping|grocery) )?(?:list|tasks|todos|to-dos)";
const noun = "(?:tasks?|todos?|to-dos?|to dos?|(?:list )?items?|reminders?|entry|entries)";
// A statement ("… is done") is never read out of an order to add something.
const statement = "(?!(?:add|create|new|remind|remember|don't|todo|task:|note|i|we|what|which)\\b)";
const row = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, "isu");

export const grammar: readonly Row[] = [
  // Talk
  {
    intent: "help",
    examples: ["help", "what can you do?", "how do I delete a task?"],
    pattern: row("(?:help(?: me)?|commands|examples|what (?:can|do) (?:you|i) (?:do|say|ask|understand|know).*|how (?:do|does|can|to|should|would|could|might)\\b.*|can i\\b.*|could i\\b.*|is it possible to\\b.*|what happens if\\b.*|who are you|what are you)"),
    asks: true,
    build: () => ({ do: "say", topic: "help" }),
  },
  {
    intent: "undo",
    examples: ["undo", "undo that", "restore task 3"],
    pattern: row("(?:undo|undo (?:that|it|this|everything|the last (?:one|change|thing|action))|revert(?: that| it)?|take (?:that|it) back|restore .*|undelete .*)"),
    build: () => ({ do: "say", topic: "undo" }),
  },
  {
    intent: "nothing",
    examples: ["never mind", "don't delete task 3", "cancel"],
    pattern: row("(?:never ?mind|cancel(?: that)?|forget it|forget about it|no|nope|stop|nothing|neither|none|none of (?:them|these|those)|(?:no,? )?(?:don't|do not|dont|never|you (?:mustn't|shouldn't|must not|should not)|i (?:don't|do not) want|not|stop|without)(?! (?:let me forget|forget)) .*)"),
    build: () => ({ do: "say", topic: "nothing" }),
  },

  // Reopen, before complete: "not done" holds the word "done"
  {
    intent: "reopen",
    examples: ["reopen task 3", "uncheck task 3"],
    pattern: row(`(?:reopen|re-open|uncheck|untick|unmark|uncomplete|un-complete|unfinish|reactivate|uncross) (?<what>.+?)(?: as ${done})?`),
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
    pattern: row(`(?:mark|set|move|change) (?<what>.+?) (?:(?:back )?(?:as|to) )?(?:not (?:yet )?${done}|undone|open|incomplete|unfinished|pending|uncompleted|to do|todo|active)(?: again| yet)?`),
    build: (said) => about(said, "reopen"),
  },
  {
    intent: "reopen",
    examples: ["task 3 is not done", "the milk isn't done yet"],
    pattern: row(`${statement}(?<what>.+?) (?:is|are|was|were)(?:n't| not) (?:actually |really |yet )?${done}(?: yet| after all| anymore)?`),
    states: true,
    build: (said) => about(said, "reopen"),
  },

  // Change what a task says
  {
    intent: "remove-detail",
    examples: ["remove the due date of task 3", "clear the tags on task 2"],
    pattern: row("(?:remove|clear|delete|drop|unset|erase|take away) (?:the |all |any )?(?<field>due dates?|deadline|dates?|due|notes?|tags?|labels?|priority) (?:of|from|for|on|in) (?<what>.+)"),
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
    pattern: row("(?:remove|delete|drop|take) (?:the )?(?:(?:tag|label) #?|#)(?<tag>[\\p{L}\\p{N}_-]{1,40})(?: (?:tag|label))? (?:from|off|of) (?<what>.+)"),
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
    pattern: row("(?:add|put) (?:the )?(?:(?:tags?|labels?) #?|#)(?<tags>[\\p{L}\\p{N}_-]{1,40})(?: tag)? (?:to|on) (?<what>.+)"),
    build: (said) => change(said, addingTags(said.part("tags"))),
  },
  {
    intent: "note",
    examples: ["add a note to task 2: ask for oat milk", "note on task 2: two litres"],
    pattern: row("(?:(?:add|put|write|attach|make) )?(?:a |another |the )?(?:notes?|comments?|description) (?:to|on|for|of) (?<what>[^:]{1,300}?) ?(?::| that| saying| -) ?(?<text>.+)"),
    free: true,
    build: (said) => change(said, { appendNotes: literal(said, "text") }),
  },
  {
    intent: "note",
    examples: ["set the notes of task 2 to two litres", "change the note of task 2 to two litres"],
    pattern: row("(?:set|change|update|replace) (?:the )?(?:notes?|comments?|description) (?:to|on|for|of) (?<what>.+?) (?:to|with|:) ?(?<text>.+)"),
    free: true,
    build: (said) => change(said, { notes: literal(said, "text") }),
  },
  {
    intent: "priority",
    examples: ["set priority of 2 to high", "change the priority of task 2 to low"],
    pattern: row(`(?:set|change|make|update|put|raise|lower) (?:the )?priority (?:of|for|on) (?<what>.+) (?:to|as|at) (?<level>${levelText})(?: priority)?`),
    build: (said) => change(said, prioritising(said.part("level"))),
  },
  {
    intent: "priority",
    examples: ["set task 2 to high priority", "make 2 low", "mark task 4 as urgent", "task 4 is important"],
    pattern: row(`${statement}(?:(?:set|change|make|mark|update|flag|put|move) )?(?<what>${numbersText}|.+?)(?:'s)? (?:(?:is|are|to|as|priority|priority to|at|on) )?(?:an? )?(?:very )?(?<level>${levelText})(?: priority)?`),
    states: true,
    build: (said) => {
      const spoken = /^(?:set|change|make|mark|update|flag|put|move) /i.test(said.part("0"));
      const numbered = new RegExp(`^${numbersText} is `, "i").test(said.part("0"));
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
    examples: ["make task 4 urgent and due friday", "set task 3 to high priority tomorrow"],
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
    pattern: row(`(?:set|change|move|update|make) (?:the )?(?:due date|deadline|due|date) (?:of|for|on) (?<what>.+) ${to} (?<when>.+)`),
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
    examples: ["move task 3 to friday", "postpone the dentist to next week"],
    pattern: row("(?:move|postpone|reschedule|re-schedule|push|push back|delay|defer|snooze|shift|bring forward|schedule|put off|set|change|make) (?<all>.+)"),
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
    pattern: row(`(?:rename|retitle|change|edit|update|reword|replace) (?:the )?(?:(?:title|name|text) (?:of|for) )?(?<what>${numbersText}|.+?)(?:'s (?:title|name))? (?:to|into|as|with) (?:say )?(?<title>.+)`),
    free: true,
    build: (said) => renaming(said),
  },

  // Delete
  {
    intent: "delete",
    examples: ["delete everything", "clear my list", "clear all done tasks"],
    pattern: row("(?:clear|empty|wipe)(?: out| up| off)? (?<what>.+)"),
    build: (said) => {
      const command = about(said, "delete");
      return command?.do === "delete" && command.what.by === "all" ? command : null;
    },
  },
  {
    intent: "delete",
    examples: ["delete the meeting task", "remove task 2", "delete all done tasks"],
    pattern: row("(?:delete|remove|erase|trash|discard|get rid of|throw away|scrap) (?<what>.+)"),
    build: (said) => about(said, "delete"),
  },
  {
    intent: "delete",
    examples: ["cancel task 2", "take task 2 off my list"],
    pattern: row(`(?:(?:cancel|drop|kill|bin) (?<what>${numbersText}|.+ task)|(?:take|cross|strike) (?<also>${numbersText}) (?:off|from) ${list})`),
    build: (said) => (/^(?:cross|strike) /i.test(said.part("0")) ? about(said, "complete", "also") : about(said, "delete", said.part("what") === "" ? "also" : "what")),
  },

  // Complete
  {
    intent: "complete",
    examples: ["Mark task 3 as complete", "mark 3 done", "set task 3 to done"],
    pattern: row(`(?:mark|set|move|change|flag|tick|check|put) (?<what>.+?)(?: off)? (?:as |to |off as |to be )?${done}`),
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
    pattern: row(`(?:i(?:'m| am|'ve| have)? )?(?:just |already |finally )?(?:done with|finished with|finished|completed|am done with|are done with|did) (?<what>.+)`),
    build: (said) => about(said, "complete"),
  },
  {
    intent: "complete",
    examples: ["task 3 is done", "groceries are done", "task 3 done"],
    pattern: row(`${statement}(?<what>.+?)(?: (?:is|are|has been|have been|is all|are all)|'s)?(?: now| already)?(?<! (?:as|to|not|be|get|almost|half|nearly)) ${done}(?: now| already)?`),
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

  // Look at one
  {
    intent: "show-one",
    examples: ["show task 3", "when is task 3 due?"],
    pattern: row(`(?:show|view|display|see|read|open|what is|what's|when is|tell me about|details (?:of|for|on)|is)(?: me)? (?<what>${numbersText})(?: due| about)?`),
    asks: true,
    build: (said) => about(said, "show"),
  },

  // Add, last, since its text may hold anything
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
      `(?:add|create|make|set up|insert|enter|record|start|put in|note down|write down|new)(?: me| in)?(?<count>(?: (?:a|an|the|this|another|one more|one|these|those|following|some|my|few|two|three|new|more|quick))*) ?(?<level>(?:urgent|important|(?:high|medium|low)[ -]priority) )?(?:(?:todo|to-do|to do) )?${noun}(?: ${to} ${list})?(?:(?: (?:to|for|called|named|titled|entitled|saying|that says|about|like|is|are|:|-|–))+ ?| ?: ?| )\\s*(?<text>.+)`,
    ),
    free: true,
    build: (said) => adding(said),
  },
  {
    intent: "add",
    examples: ["put milk on my list", "add milk to my shopping list", "add buy milk"],
    pattern: row(`(?:add|put|stick|throw|place|insert) (?<text>.+?) (?:on|onto|to|in|into) ${list}(?<more>[ ,].*)?`),
    free: true,
    build: (said) => adding(said),
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
    examples: ["remind me to call mum", "remind me tomorrow to call mum"],
    pattern: row("remind me (?:(?<when>.{2,40}?) )?(?:to|about|of|that i (?:need|have|must) to) (?<text>.+)"),
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
    pattern: row("(?:(?:i|we) (?:really |also |still )?(?:need|have|ought|got|have got|'ve got) to(?: remember to)?|(?:i|we)'ve got to(?: remember to)?|i (?:must|should|gotta)(?: remember to)?|(?:i )?(?:don't|do not|dont|mustn't|must not|can't) (?:let me )?forget(?: to| about|:)?|remember(?: to|:)|remind me:?) (?<text>.+)"),
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
    pattern: row("add(?: in)?(?: |: ?|:?\\n)\\s*(?<text>.+)"),
    free: true,
    // "add milk to task 3" would change a task; as a title it would be a guess.
    build: (said) => (new RegExp(` (?:to|on) ${numbersText}$`, "i").test(said.part("text")) && /#|task/i.test(said.part("text")) ? null : adding(said)),
  },
];

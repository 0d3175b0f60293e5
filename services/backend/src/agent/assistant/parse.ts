import type { Said } from "./builders.ts";
import type { Command, Mentioned } from "./commands.ts";
import { grammar } from "./grammar.ts";
import { readList } from "./lists.ts";
import { type Masked, maskQuotes, plain, tidy } from "./normalise.ts";
import { isBulletList, readTasks } from "./titles.ts";

/** A clause with what was made of it. */
type Parsed = {
  readonly command: Command;
  /** What follows may belong to the user's own text. */
  readonly free: boolean;
  /** It opens with a word of command, so that it can part another clause's free text. */
  readonly plainly: boolean;
  readonly negated: boolean;
  readonly states: boolean;
};

const longestClause = 600;
const mostSegments = 200;
// The separators that may part two commands; which of them do so depends on what stands right of them.
const separators = /(\s*;\s*|\n+|[.!?]+\s+|,?\s+(?:and then|and also|and|then|also|but|plus)\s+|\s+&\s+|,\s+)/i;
const greeting =
  /^(?:(?:hi|hello|hey|hiya|yo|good (?:morning|afternoon|evening|day)|greetings|howdy|salam|salaam|assalam o alaikum)(?: (?:there|again|assistant|bot|everyone))?[ !.,?]*)+(?:how are you(?: (?:today|doing))?[ !.?]*)?$/i;
const thanks =
  /^(?:(?:many |ok |okay |great |no )?(?:thanks|thank you|thx|ty|cheers|great|cool|nice|perfect|awesome|ok|okay|good|good job|well done|got it|super|wonderful|bye|goodbye)(?: (?:a lot|so much|very much|again|you|job|work))?[ !.,]*){1,4}$/i;
const question =
  /^(?:how|why|what|what's|whats|which|who|who's|when|where|where's|is|are|was|were|did|does|do (?:i|you|we)|have|has|had|should|shall|can i|could i|may i|might|am|if|whether|suppose|imagine|would)\b/i;
const strongStart = /^(?:add|create|remind me|don't (?:let me )?forget|new task|todo:)/i;
const askingStart = /^(?:show|list|display|what|which|how many|give|tell|view)\b/i;

/** Reads a message into the commands it holds, in their order. An empty list means that it says nothing. */
export function parse(message: string, mentioned: Mentioned): Command[] {
  const text = tidy(message);
  if (text === "") return [];
  if (text.length < 100 && greeting.test(text)) return [{ do: "say", topic: "greeting" }];
  if (text.length < 100 && thanks.test(text)) return [{ do: "say", topic: "thanks" }];
  const masked = maskQuotes(text);
  if (isBulletList(masked.text)) return [{ do: "add", tasks: readTasks(masked.text, masked, false) }];
  const commands = split(masked, mentioned);
  // "Delete task 3. No, never mind": who takes it back gets none of it.
  const takenBack = commands.find((command) => command.do === "say" && command.topic === "never-mind");
  return takenBack === undefined ? merge(commands) : [takenBack];
}

function split(masked: Masked, mentioned: Mentioned): Command[] {
  const pieces = masked.text.split(separators);
  if (pieces.length > mostSegments * 2) return [parseClause(masked.text, masked, mentioned).command];
  const commands: Command[] = [];
  let clause = pieces[0] ?? "";
  let first = parseClause(clause, masked, mentioned);
  for (let at = 1; at < pieces.length; at += 2) {
    const glue = pieces[at] ?? "";
    const right = pieces[at + 1] ?? "";
    const next = parseClause(right, masked, mentioned);
    if (parts(first, glue, next)) {
      commands.push(parseClause(clause, masked, mentioned).command);
      clause = right;
      first = next;
    } else {
      clause += glue + right;
    }
  }
  commands.push(parseClause(clause, masked, mentioned).command);
  return commands;
}

/** Whether a separator parts two commands. "Add wash and remove the stain" is one: "the stain" names no number. */
function parts(left: Parsed, glue: string, right: Parsed): boolean {
  // A "don't" holds for all that follows up to a "but" or the end of its sentence.
  if (left.negated && !/but|[.!?;\n]/i.test(glue)) return false;
  // "Delete everything but don't delete the rent" must not run by halves.
  if (right.negated) return !("what" in left.command && left.command.what.by === "all");
  const { command } = right;
  if (command.do === "unknown") return false;
  // "Groceries and rent are done": the left half is a task's name.
  if (right.states && left.command.do === "unknown") return /[.!?;\n]/.test(glue);
  if (command.do === "say") return !left.free && /[.!?\n]/.test(glue);
  if (left.free) return right.plainly || /[.!?]\s/.test(glue);
  if (command.do === "list" && !right.plainly) return /[.!?;\n]/.test(glue);
  return true;
}

function parseClause(said: string, masked: Masked, mentioned: Mentioned): Parsed {
  const { text, asks } = plain(said);
  const asking = asks || question.test(text);
  const unknown: Parsed = {
    command: { do: "unknown", text: masked.restore(said.trim()).slice(0, 120) },
    free: false,
    plainly: false,
    negated: false,
    states: false,
  };
  if (text === "") return unknown;
  const list = readList(text, masked);
  if (list !== null) {
    const { leads, ...command } = list;
    return { command, free: false, plainly: leads && askingStart.test(text), negated: false, states: false };
  }
  for (const row of grammar) {
    if (text.length > longestClause && row.intent !== "add") continue;
    // A title may end in a question mark, so "add" is an order even then; all else that asks changes nothing.
    if (asking && !row.asks && !(row.intent === "add" && !question.test(text))) continue;
    const match = row.pattern.exec(text);
    if (match === null) continue;
    const part = (name: string): string => (name === "0" ? match[0] : (match.groups?.[name] ?? ""));
    const input: Said = { part, masked, mentioned };
    const command = row.build(input);
    if (command === null) continue;
    const numbered = "what" in command && command.what.by === "numbers";
    return {
      command,
      free: row.free === true,
      plainly: numbered || (command.do === "add" && strongStart.test(text)),
      negated: isNo(command),
      states: row.states === true,
    };
  }
  return unknown;
}

function isNo(command: Command): boolean {
  return command.do === "say" && (command.topic === "nothing" || command.topic === "never-mind");
}

/** Neighbours of one kind become one call, so that a long sentence stays within the turns of a run. */
function merge(commands: readonly Command[]): Command[] {
  const merged: Command[] = [];
  for (const command of commands) {
    const last = merged.at(-1);
    if (last?.do === "add" && command.do === "add") {
      merged.splice(-1, 1, { do: "add", tasks: [...last.tasks, ...command.tasks] });
    } else if (
      last !== undefined &&
      (last.do === "complete" || last.do === "reopen" || last.do === "delete") &&
      command.do === last.do &&
      last.what.by === "numbers" &&
      command.what.by === "numbers"
    ) {
      const numbers = [...new Set([...last.what.numbers, ...command.what.numbers])];
      merged.splice(-1, 1, { do: last.do, what: { by: "numbers", numbers } });
    } else merged.push(command);
  }
  return merged;
}

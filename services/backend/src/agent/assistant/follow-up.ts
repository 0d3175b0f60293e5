import type { Command, Mentioned, Reference } from "./commands.ts";
import type { Conversation, Spoken } from "./conversation.ts";
import { plain, tidy } from "./normalise.ts";
import { parse } from "./parse.ts";
import { readNumbers } from "./references.ts";
import { texts } from "./wording.ts";

const farthestBack = 4;
const longestReply = 200;
const placeWords = ["first", "second", "third", "fourth", "fifth"];

/**
 * What the newest message asks for. After a question of ours, a short message that is no command of its own answers it:
 * then the earlier message is read again and the answer is put where it left off.
 */
export function interpret({ message, earlier }: Pick<Conversation, "message" | "earlier">): Command[] {
  return readAt([...earlier, { role: "user", text: message }], farthestBack);
}

function readAt(spoken: readonly Spoken[], depth: number): Command[] {
  const message = spoken.at(-1)?.text ?? "";
  const answer = spoken.at(-2);
  const said = answer?.role === "assistant" ? answer.text : "";
  const commands = parse(message, mentioned(said));
  const asked = questionIn(said);
  if (asked === null || depth === 0 || message.length > longestReply) return commands;
  const [only] = commands;
  const known = only !== undefined && only.do !== "unknown" && !(only.do === "say" && only.topic === "thanks");
  if (asked.for === "title")
    return known || message.trim() === "" ? commands : parse(`add a task: ${message}`, { numbers: [] });
  // "task 3 is done" is a command; "both", "the last one" and the like are only ever answers.
  if (known && !(only.do === "say" && only.topic === "never-mind")) return commands;
  if (only?.do === "say") return commands;
  const before = spoken.slice(0, -2);
  const pending = readAt(before, depth - 1).find((command) => isPending(command, asked));
  const reply = pending === undefined ? null : readReply(message, asked.numbers);
  if (pending === undefined || reply === null || !("what" in pending)) return commands;
  return [{ ...pending, what: reply }];
}

type Asked = {
  readonly for: "task" | "title";
  readonly title: string | null;
  /** The tasks to choose from; empty when any will do. */
  readonly numbers: readonly number[];
};

function questionIn(answer: string): Asked | null {
  if (answer.split("\n").includes(texts.titleQuestion)) return { for: "title", title: null, numbers: [] };
  const line = answer.split("\n").findLast((candidate) => candidate.startsWith(texts.question));
  if (line === undefined) return null;
  const title = /^[^"]* by "(.*)"\? #\d/.exec(line)?.[1] ?? null;
  // Titles may hold anything, so only a number behind "? " or ", " counts; a wrong one is caught by the lookup.
  const numbers = [...line.matchAll(/(?<=\? |, )#(\d{1,9}) /g)].map((found) => Number(found[1]));
  return { for: "task", title, numbers };
}

function isPending(command: Command, asked: Asked): boolean {
  if (!("what" in command)) return false;
  if (asked.title === null) return command.what.by === "missing";
  return (
    command.what.by === "title" && (command.what.title === asked.title || command.what.title.includes(asked.title))
  );
}

/** "2", "#5", "the second one", "team meeting", "both": one of the tasks that were offered. */
function readReply(message: string, offered: readonly number[]): Reference | null {
  const text = plain(tidy(message)).text.replace(
    /^(?:i mean(?:t)?|the one (?:called|named|with)|it's|it is|that's) /i,
    "",
  );
  if (
    offered.length > 0 &&
    /^(?:both|all|all of (?:them|these|those)|every one|both of them|them all|each)$/i.test(text)
  ) {
    return { by: "numbers", numbers: offered };
  }
  const places = text.match(new RegExp(`\\b(?:${placeWords.join("|")}|last)\\b`, "gi"));
  if (
    offered.length > 0 &&
    places !== null &&
    /^(?:(?:the|one|and|first|second|third|fourth|fifth|last|ones?)(?:[ ,]+|$))+$/i.test(text)
  ) {
    const numbers = places.map((word) =>
      /last/i.test(word) ? offered.at(-1) : offered[placeWords.indexOf(word.toLowerCase())],
    );
    const chosen = numbers.filter((number) => number !== undefined);
    return chosen.length === numbers.length ? { by: "numbers", numbers: [...new Set(chosen)] } : null;
  }
  const numbers = readNumbers(text);
  if (numbers?.by === "numbers") {
    const offeredAll = offered.length === 0 || numbers.numbers.every((number) => offered.includes(number));
    return offeredAll ? numbers : null;
  }
  const title = text
    .replace(/^(?:the|my) /i, "")
    .replace(/ (?:one|task)$/i, "")
    .replace(/^["'](.*)["']$/, "$1")
    .trim();
  if (title === "" || /[?]$/.test(message.trim())) return null;
  return offered.length === 0 ? { by: "title", title } : { by: "title", title, among: offered };
}

/** The tasks that an answer of ours spoke of: one a line, its number first ("#3 …", "Added #3 …"). */
export function mentioned(answer: string): Mentioned {
  const numbers = answer.split("\n").map((line) => /^(?:[A-Z][a-z]+ )?#(\d{1,9}) /.exec(line)?.[1]);
  return { numbers: [...new Set(numbers.filter((number) => number !== undefined).map(Number))] };
}

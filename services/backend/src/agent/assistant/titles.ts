import { limits } from "@todo/contract";
import type { NewTask } from "./commands.ts";
import { type Details, hasDetails, readDetails } from "./details.ts";
import type { Masked } from "./normalise.ts";
import { endsInVerb, startsWithVerb } from "./verbs.ts";

const bullet = /^(?:[-*•–+‣]|\d{1,3}[.)])\s+(?:\[[ xX]?\]\s*)?|^\[[ xX]?\]\s*/u;

const anotherTask =
  /,? and (?:a|another)(?: (?:new )?(?:task|todo|to-do|one|item|reminder))? (?:to|called|named|titled) /gi;
// "Buy milk and make it urgent" says something about the new task, in place of ", urgent".
const makeIt =
  /,? (?:and )?(?:make|mark|set|flag) (?:it|this|that|them)(?: as| to be| to)? (?=(?:an? )?(?:urgent|important|high|medium|low|top|p[123]|due)\b)/gi;
const setIts = /,? (?:and )?(?:set|make) (?:its|the) (priority|due date|deadline) (?:to|as|for|on) /gi;
const tagIt = /,? (?:and )?tag (?:it|this|them) (?:with |as )?#?/gi;
const quote = /^[\uE000-\uF8FF]/;

/**
 * Reads the tasks out of what follows "add". New lines, bullets and semicolons always part tasks. Commas and "and" do
 * so (unless one task was asked for: "add a task to…") by these rules:
 *   1. each part that begins with a verb is a task: "buy milk, call mum and pay rent" is three;
 *   2. a part without a verb goes on with a part that has one: "buy milk, eggs and bread" is one;
 *   3. a list of bare nouns is a task each: "milk, eggs and bread" is three; with "with", "for" and the like in the
 *      first ("lunch with Ann, Bob and Carl") it is one. A date or label at its very end holds for all of it;
 *   4. "and" without any comma parts only before a verb phrase: "buy salt and pepper" and "review and merge the change"
 *      are one, "buy milk and call mum" is two. Quoted titles stay whole.
 */
export function readTasks(said: string, masked: Masked, single: boolean): NewTask[] {
  return said
    .replace(anotherTask, ";")
    .replace(makeIt, ", ")
    .replace(setIts, (_, field: string) => (/priority/i.test(field) ? ", priority " : ", due "))
    .replace(tagIt, ", tagged ")
    .split(/\n+|\s*;\s*/)
    .map((line) => line.replace(bullet, "").trim())
    .filter((line) => line !== "")
    .flatMap((line) => (single ? [readDetails(line)] : readLine(line)))
    .map((details) => draft(details, masked))
    .filter((task) => task !== null);
}

/** Whether each line of a paste is a bullet or a numbered point, so that it is a list of tasks without a word before. */
export function isBulletList(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 1 && lines.every((line) => bullet.test(line));
}

type Part = {
  readonly glue: string;
  readonly text: string;
};

function readLine(line: string): Details[] {
  const parts = line.length > 2_000 ? [{ glue: "", text: line }] : partsOf(line);
  const verbal = parts.some((part) => startsWithVerb(part.text));
  const nouns = !verbal && isNounList(parts);
  const quotes = parts.every((part) => quote.test(part.text));
  const items: string[] = [];
  for (const [index, part] of parts.entries()) {
    const last = items.pop();
    if (last === undefined) {
      items.push(part.text);
      continue;
    }
    const breaks = verbal
      ? startsWithVerb(part.text) && !endsInVerb(last)
      : quotes || (nouns && (part.glue.startsWith(",") || index === parts.length - 1));
    const bracketed = last.split("(").length > last.split(")").length;
    if (breaks && !bracketed && !onlyDetails(part.text)) items.push(last, part.text);
    else items.push(last + part.glue + part.text);
  }
  return nouns ? shareEnd(items.map(readDetails)) : items.map(readDetails);
}

function partsOf(line: string): Part[] {
  const pieces = line.split(/(,\s+(?:(?:and|then|&)\s+)?|\s+(?:and|&)\s+(?:also\s+|then\s+)?)/i);
  const parts: Part[] = [];
  for (let at = 0; at < pieces.length; at += 2) parts.push({ glue: pieces[at - 1] ?? "", text: pieces[at] ?? "" });
  return parts;
}

function isNounList(parts: readonly Part[]): boolean {
  if (!parts.some((part) => part.glue.startsWith(","))) return false;
  return !/\s(?:with|for|to|about|of|from|at|in|between)\s/i.test(` ${parts[0]?.text ?? ""} `);
}

/** A part that holds only a date or a label belongs to the part before it: "pay rent, tomorrow, high priority". */
function onlyDetails(text: string): boolean {
  const details = readDetails(text);
  return details.rest === "" && hasDetails(details);
}

function shareEnd(items: readonly Details[]): Details[] {
  const last = items.at(-1);
  if (last === undefined || items.slice(0, -1).some(hasDetails)) return [...items];
  return items.map(({ rest }) => ({ ...last, rest }));
}

function draft(details: Details, masked: Masked): NewTask | null {
  const whole = (masked.quoted(details.rest) ?? masked.restore(details.rest)).trim();
  if (whole === "") return null;
  const fits = whole.length <= limits.titleCharacters;
  return {
    title: fits ? whole : `${whole.slice(0, limits.titleCharacters - 1).trimEnd()}…`,
    // What does not fit a title is kept, not lost.
    notes: fits ? null : whole.slice(0, limits.notesCharacters),
    priority: details.priority,
    tags: details.tags.length > 0 ? [...details.tags] : null,
    due: details.due === null ? null : masked.restore(details.due).slice(0, 100),
  };
}

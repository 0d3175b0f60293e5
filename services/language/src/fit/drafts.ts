import type { Marked } from "../mark/mark.ts";
import type { Draft } from "../types.ts";
import { type Details, draftsOf, hasDetails, readDetails } from "./draft.ts";
import { endsInVerb, startsWithVerb } from "./verbs.ts";

const bullet = /^(?:[-*•–+‣]|\d{1,3}[.)])\s+(?:\[[ ]?\]\s*)?|^\[[ ]?\]\s*/u;
const doneBullet = /^(?:[-*•–+‣]\s+)?\[[xX]\]\s*/u;

const anotherTask =
  /,? and (?:a|another)(?: (?:new )?(?:task|todo|to-do|one|item|reminder))? (?:to|called|named|titled) /gi;
// "Buy milk and make it urgent" says something about the new task, in place of ", urgent".
const makeIt =
  /[,.]? (?:and )?(?:make|mark|set|flag) (?:it|this|that|them)(?: as| to be| to)? (?=(?:an? )?(?:urgent|important|high|medium|low|top|p[123]|due|[\uE100-\uE2FF])(?:\b|$|\s))/gi;
const setIts = /[,.]? (?:and )?(?:set|make) (?:its|the) (?:priority|due date|deadline) (?:to|as|for|on) /gi;
// "… and remind me at 5", "Due tomorrow.", "Priority: high": more of the same task.
const remindMe =
  /[,.;]? (?:and )?(?:remind me|set a reminder|with a reminder)(?: (?:about|of) (?:it|that))? (?=[\uE100-\uE1FF])/gi;
const fieldSentence =
  /[.;\n]+\s*(?:due:?|when:?|deadline:?|date:?|priority:?|tags?:?)? ?(?=[\uE100-\uE3FF](?:[\s.;]|$))/gi;
const quote = /^[\uE000-\uE0FF]/;

/** What the text of an order to add holds. */
type Drafts = { readonly tasks: readonly Draft[]; readonly told: readonly string[] };

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
export function readDrafts(said: string, marked: Marked, single: boolean): Drafts {
  const told: string[] = [];
  const lines = said
    .replace(anotherTask, ";")
    .replace(makeIt, ", ")
    .replace(setIts, ", ")
    .replace(remindMe, ", ")
    .replace(fieldSentence, ", ")
    .split(/\n+|\s*;\s*/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const open = lines.filter((line) => !doneBullet.test(line));
  if (open.length < lines.length) {
    const left = lines
      .filter((line) => doneBullet.test(line))
      .map((line) => `"${marked.restore(line.replace(doneBullet, ""))}"`);
    told.push(
      `${left.join(", ")} ${left.length === 1 ? "was ticked, so it was" : "were ticked, so they were"} not added.`,
    );
  }
  const tasks = open
    .map((line) => line.replace(bullet, "").trim())
    .filter((line) => line !== "")
    .flatMap((line) => (single ? [readDetails(line, marked)] : readLine(line, marked)))
    .flatMap((details) => {
      told.push(...details.told);
      return draftsOf(details, marked);
    });
  return { tasks, told: [...new Set(told)] };
}

/** Whether each line of a paste is a bullet or a numbered point, so that it is a list of tasks without a word before. */
export function isBulletList(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 1 && lines.every((line) => bullet.test(line) || doneBullet.test(line));
}

type Part = { readonly glue: string; readonly text: string };

function readLine(line: string, marked: Marked): Details[] {
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
    if (breaks && !bracketed && !onlyDetails(part.text, marked)) items.push(last, part.text);
    else items.push(last + part.glue + part.text);
  }
  const details = items.map((item) => readDetails(item, marked));
  return nouns ? shareEnd(details) : details;
}

function partsOf(line: string): Part[] {
  const pieces = line.split(/(,\s+(?:(?:and|then|&)\s+)?|\s+(?:and|&)\s+(?:also\s+|then\s+)?)/i);
  const parts: Part[] = [];
  for (let at = 0; at < pieces.length; at += 2) parts.push({ glue: pieces[at - 1] ?? "", text: pieces[at] ?? "" });
  return parts;
}

function isNounList(parts: readonly Part[]): boolean {
  // "milk chocolate and dark chocolate": two of a kind; "salt and pepper" is one thing.
  const heads = parts.map(({ text }) => text.trim().toLowerCase().split(" "));
  if (parts.length === 2 && heads.every((head) => head.length > 1) && heads[0]?.at(-1) === heads[1]?.at(-1))
    return true;
  if (!parts.some((part) => part.glue.startsWith(","))) return false;
  return !/\s(?:with|for|to|about|of|from|at|in|between)\s/i.test(` ${parts[0]?.text ?? ""} `);
}

/** A part that holds only a date or a label belongs to the part before it: "pay rent, tomorrow, high priority". */
function onlyDetails(text: string, marked: Marked): boolean {
  const details = readDetails(text, marked);
  return details.rest === "" && hasDetails(details);
}

function shareEnd(items: readonly Details[]): Details[] {
  const last = items.at(-1);
  if (last === undefined || items.slice(0, -1).some(hasDetails)) return [...items];
  return items.map(({ rest, told }) => ({ ...last, rest, told }));
}

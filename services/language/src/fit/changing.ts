import { levelOf, quoteIn, tagsOf } from "../mark/mark.ts";
import type { Frame, Patch } from "../types.ts";
import { countOf, spans } from "../when/words.ts";
import { readDetails } from "./draft.ts";
import { dueAt, literal, moved, named, priorityIn, type Said, whenIn } from "./row.ts";
import { readSelection } from "./selection.ts";
import { startsWithVerb } from "./verbs.ts";

/** What "remove the … of" takes away. */
export function clearing(field: string): Patch {
  if (/priority/i.test(field)) return { priority: "none" };
  if (/note/i.test(field)) return { clear: ["notes"] };
  return { clear: [/tag|label/i.test(field) ? "tags" : "due"] };
}

export function tagsIn(said: Said, part: string): string[] {
  return [...said.part(part)].flatMap((symbol) => {
    const found = said.marked.of(symbol);
    return found?.is === "tags" ? found.tags : [];
  });
}

/** Tags as said: "home and work", "#home". */
export function addingTags(said: Said, part: string): Patch | null {
  const marked = tagsIn(said, part);
  const tags = marked.length > 0 ? marked : tagsOf(said.marked.restore(said.part(part)));
  return tags.every((tag) => /^[\p{L}\p{N}_-]{1,40}$/u.test(tag)) ? { addTags: tags } : null;
}

export function prioritising(said: Said): Patch | null {
  const priority = priorityIn(said, "mark") ?? levelOf(said.part("level"));
  return priority === undefined ? null : { priority };
}

export function postponing(said: Said): Patch | null {
  const unit = spans[said.part("span").toLowerCase().replace(/s$/, "")];
  const count = countOf(said.part("count"));
  if (unit === undefined || !(count > 0)) return null;
  return { postpone: "days" in unit ? { days: unit.days * count } : { months: unit.months * count } };
}

/** Several things of one task at once. Only of numbers, or of what was shown: a title may well end in such a word. */
export function several(said: Said): Frame | null {
  const { rest, dues, priority, tags } = readDetails(said.part("all"), said.marked);
  const [due] = dues;
  if (due === undefined && priority === null && tags.length === 0) return null;
  const bare = rest.replace(/(?:[ ,]+(?:to|as|be|is|and|due|until|with|a))+$/i, "");
  const what = readSelection(bare, said.marked, said.clock);
  if (what?.by !== "numbers" && what?.by !== "shown") return null;
  const patch: Patch = {
    ...(due && { due: { day: due.day, time: due.time } }),
    ...(priority && { priority }),
    ...(tags.length > 0 && { addTags: tags }),
  };
  // One thing alone has a row of its own, which reads more.
  return Object.keys(patch).length > 1 ? { do: "change", what, patch } : null;
}

/** "The report is due friday", but not "buy a present that is due friday". */
export function statedDue(said: Said): Frame | null {
  const what = named(said);
  const orders = /^(?:make|set|mark|change|update|edit|move|put|schedule|give|tag|push|postpone)\b/i.test(
    said.part("what"),
  );
  return what === null || what.by === "missing" || orders || startsWithVerb(said.part("what")) ? null : moved(said);
}

/** "No, friday" speaks of what was changed last. */
export function corrected(said: Said): Frame | null {
  const due = dueAt(said, "when");
  if (due === null || "do" in due) return due;
  return { do: "change", what: { by: "shown", pick: "changed" }, patch: due };
}

/** "everything from today to tomorrow": the group of a day, and its new day. */
export function fromDay(said: Said): Frame | null {
  const when = whenIn(said, "when");
  const what = named(said);
  const to = when?.until?.day;
  if (!to || !when.day || when.lead !== "from") return null;
  if (what?.by !== "everything" && what?.by !== "group") return null;
  const filter = {
    ...(what.by === "group" ? what.filter : {}),
    status: "open",
    dueFrom: when.day,
    dueTo: when.day,
  } as const;
  return {
    do: "change",
    what: { by: "group", filter, said: `due ${when.day}` },
    patch: { due: { day: to, time: null } },
  };
}

/** A new title. */
export function renaming(said: Said): Frame | null {
  const what = named(said);
  const title = literal(said, "title").slice(0, 200).trim();
  if (what === null || title === "" || what.by === "group") return null;
  const quoted = quoteIn(said.marked, said.part("title").trim()) !== undefined;
  // "Change 2 to 3" may mean a number, a day or a title.
  if (!quoted && /^#?\d+$/.test(title)) return { do: "ask", question: { about: "words", words: title } };
  // With "to" in the title itself nobody can tell where the new one begins: the number or quotes are needed.
  if (what.by === "name" && !quoted && / to /i.test(` ${said.part("title")} `)) return null;
  return { do: "change", what, patch: { title } };
}

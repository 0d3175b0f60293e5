import { type Clock, even, type Frame, read, type Selection } from "@todo/language";
import type { Asked } from "../model.ts";
import type { Conversation, Spoken } from "./conversation.ts";

/** Which of the tasks that fit a name is meant, in answer to our question. */
export type Choice =
  | { readonly by: "numbers"; readonly numbers: readonly number[] }
  | { readonly by: "places"; readonly places: readonly number[] | "all" }
  | { readonly by: "name"; readonly name: string };

type Named = Extract<Frame, { what: Selection }>;

/** What a message asks for: frames whose tasks are numbers, names or groups, or the answer to a question of ours. */
export type Order = Frame | { readonly do: "reply"; readonly pending: readonly Named[]; readonly choice: Choice };

const FARTHEST_BACK = 4;
const LONGEST_REPLY = 200;
const goesOn = /^(?:and|also|plus|oh and)[, ]+/i;

/**
 * Reads the newest message, and what its words refer to: "them" and "the second one" are the tasks that the last answer
 * showed or changed, by its stored results; a short message that is no order of its own answers our question.
 */
export function interpret({ message, earlier }: Pick<Conversation, "message" | "earlier">, asked: Asked): Order[] {
  const clock: Clock = { now: asked.now, zone: asked.zone };
  const frames = read(message, clock);
  const before = previous(earlier);
  const past = before === undefined ? [] : read(before, clock);
  const followed = followUp(message, frames, { past, earlier, clock, asked });
  return followed ?? frames.map((frame) => refer(frame, past, asked));
}

type Past = { past: readonly Frame[]; earlier: readonly Spoken[]; clock: Clock; asked: Asked };

function followUp(
  message: string,
  frames: readonly Frame[],
  { past, earlier, clock, asked }: Past,
): Order[] | undefined {
  const text = even(message);
  if (text.length > LONGEST_REPLY) return undefined;
  const [only] = frames;
  // "and eggs", after something was added.
  const more = frames.length === 1 && (only?.do === "unknown" || only?.do === "ask" || only?.do === "add");
  if (more && goesOn.test(text) && past.some((frame) => frame.do === "add")) {
    return read(`add ${text.replace(goesOn, "")}`, clock);
  }
  if (frames.length > 1) return undefined;
  const question = past.findLast((frame) => frame.do === "ask");
  if (question?.do === "ask" && asked.shown.changed.length === 0) {
    const answer = answerTo(question, text, only, clock);
    if (answer !== undefined) return answer;
  }
  const idle = only?.do === "unknown";
  const picks = only && "what" in only && only.what.by === "shown" && nothingShown(asked);
  if (!idle && !picks) return undefined;
  const pending = pendingOf(earlier, clock, FARTHEST_BACK);
  const choice = picks ? placesOf(only.what) : readChoice(text, clock);
  return pending.length === 0 || choice === null ? undefined : [{ do: "reply", pending, choice }];
}

/** The title or the date that we asked for; undefined when the message is an order of its own. */
function answerTo(
  question: Extract<Frame, { do: "ask" }>,
  text: string,
  only: Frame | undefined,
  clock: Clock,
): Order[] | undefined {
  const asks = question.question;
  const known = only !== undefined && only.do !== "unknown" && only.do !== "ask" && only.do !== "add";
  if (asks.about === "title" && !known && text !== "") return read(`add a task: ${text}`, clock);
  if (asks.about !== "date") return undefined;
  const [moved] = read(`move #1 to ${text.replace(/^to /i, "")}`, clock);
  const due = moved?.do === "change" ? moved.patch.due : undefined;
  return due ? [{ do: "change", what: asks.what, patch: { due } }] : undefined;
}

function previous(earlier: readonly Spoken[]): string | undefined {
  return earlier.findLast(({ role }) => role === "user")?.text;
}

/** What was left open before: orders that name a task by words or not at all. */
function pendingOf(earlier: readonly Spoken[], clock: Clock, depth: number): Named[] {
  const at = earlier.findLastIndex(({ role }) => role === "user");
  const said = earlier[at];
  if (said === undefined || depth === 0) return [];
  const frames = read(said.text, clock);
  const named = frames
    .filter((frame) => "what" in frame)
    .filter(({ what }) => what.by === "name" || what.by === "missing");
  // A first answer that did not fit is asked about again.
  const idle = frames.every((frame) => frame.do === "unknown" || frame.do === "ask");
  return named.length === 0 && idle ? pendingOf(earlier.slice(0, at), clock, depth - 1) : named;
}

/** "2", "#5", "the second one", "team meeting", "both": one of the tasks that were offered. */
function readChoice(message: string, clock: Clock): Choice | null {
  const text = message.replace(/^(?:i mean(?:t)?|the one (?:called|named|with)|it's|it is|that's) /i, "");
  if (/^(?:every one|both of them)[.!]?$/i.test(text)) return { by: "places", places: "all" };
  const [frame] = read(`show ${text.replace(/[.!]+$/, "")}`, clock);
  const [named] = frame && "what" in frame ? [frame] : read(`delete ${text.replace(/[.!]+$/, "")}`, clock);
  if (!named || !("what" in named) || /[?]$/.test(message.trim())) return null;
  return choiceOf(named.what);
}

function choiceOf(what: Selection): Choice | null {
  if (what.by === "numbers") return { by: "numbers", numbers: what.numbers };
  if (what.by === "name") return { by: "name", name: what.name };
  return what.by === "shown" || what.by === "everything" ? placesOf(what) : null;
}

function placesOf(what: Selection): Choice | null {
  if (what.by === "everything") return { by: "places", places: "all" };
  if (what.by !== "shown" || what.pick === "other" || what.pick === "only") return null;
  return { by: "places", places: what.pick === "changed" ? "all" : what.pick };
}

function nothingShown({ shown }: Asked): boolean {
  return shown.changed.length === 0 && shown.listed.length === 0;
}

/** Puts numbers in the place of "them", "it", "the second one"; what was not shown is asked for. */
function refer(frame: Frame, past: readonly Frame[], asked: Asked): Frame {
  if (!("what" in frame)) return frame;
  const { what } = frame;
  if (what.by !== "shown" && what.by !== "everything") return frame;
  const [find] = past.length === 1 ? past : [];
  const listed = find?.do === "find" ? asked.shown.listed : [];
  if (what.by === "everything") {
    // After a part of the list was shown, "everything" is that part; deleting says so on its card.
    const narrowed = find?.do === "find" && find.said !== "" && listed.length > 0 && asked.shown.changed.length === 0;
    return narrowed
      ? { ...frame, what: { by: "numbers", numbers: listed } }
      : { ...frame, what: { by: "group", filter: { status: "all" }, said: "" } };
  }
  const shown = asked.shown.changed.length > 0 ? asked.shown.changed : listed;
  const numbers = pick(what.pick, shown, asked.shown.changed);
  return {
    ...frame,
    what: numbers.length === 0 ? { by: "missing" } : { by: "numbers", numbers: [...new Set(numbers)] },
  };
}

function pick(
  which: Extract<Selection, { by: "shown" }>["pick"],
  shown: readonly number[],
  changed: readonly number[],
): readonly number[] {
  if (which === "all") return shown;
  if (which === "changed") return changed;
  // With several on the screen, "it" could be any of them.
  if (which === "only") return shown.length === 1 ? shown : [];
  if (which === "other") return [];
  const places = which.map((place) => shown.at(place));
  return places.every((number) => number !== undefined) ? places : [];
}
